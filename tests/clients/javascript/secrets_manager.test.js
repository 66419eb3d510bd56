// A round of work with the AWS SDK for JavaScript v3. The server is found as any SDK finds it: AWS_CONFIG_FILE and
// AWS_SHARED_CREDENTIALS_FILE are those that the server has written.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";

import {
  BatchGetSecretValueCommand,
  CreateSecretCommand,
  DecryptionFailure,
  DeleteResourcePolicyCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  GetRandomPasswordCommand,
  GetResourcePolicyCommand,
  GetSecretValueCommand,
  InvalidNextTokenException,
  InvalidParameterException,
  InvalidRequestException,
  ListSecretVersionIdsCommand,
  ListSecretsCommand,
  MalformedPolicyDocumentException,
  PublicPolicyException,
  PutResourcePolicyCommand,
  PutSecretValueCommand,
  RemoveRegionsFromReplicationCommand,
  ReplicateSecretToRegionsCommand,
  ResourceExistsException,
  ResourceNotFoundException,
  RestoreSecretCommand,
  RotateSecretCommand,
  SecretsManagerClient,
  SecretsManagerServiceException,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateSecretCommand,
  UpdateSecretVersionStageCommand,
  ValidateResourcePolicyCommand,
  paginateListSecrets,
} from "@aws-sdk/client-secrets-manager";

const client = new SecretsManagerClient({});
const prefix = `javascript/${randomUUID()}/`;
const name = `${prefix}database`;
const FUNCTION = "arn:aws:lambda:us-west-2:123456789012:function:SecretsManagerRandomPassword";

const send = (Command, input) => client.send(new Command(input));
const read = (more = {}) => send(GetSecretValueCommand, { SecretId: name, ...more });

async function until(what, answer) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const found = await answer();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.fail(`${what} did not happen within ten seconds`);
}

before(async () => {
  const made = await send(CreateSecretCommand, {
    Name: name,
    Description: "For JavaScript",
    SecretString: '{"user":"diegor","password":"first"}',
    Tags: [{ Key: "team", Value: "blue" }],
  });
  assert.match(made.ARN, new RegExp(`:secret:${name}-[A-Za-z0-9]{6}$`));
  assert.equal(made.VersionId.length, 36);
});

after(async () => {
  await send(DeleteSecretCommand, { SecretId: name, ForceDeleteWithoutRecovery: true });
  client.destroy();
});

test("describes what was created, dates as dates and absent members absent", async () => {
  const found = await send(DescribeSecretCommand, { SecretId: name });
  assert.equal(found.Description, "For JavaScript");
  assert.deepEqual(found.Tags, [{ Key: "team", Value: "blue" }]);
  assert.ok(found.CreatedDate instanceof Date);
  assert.ok(Math.abs(found.CreatedDate - Date.now()) < 60_000);
  assert.equal(found.RotationEnabled, undefined);
  assert.equal(found.$metadata.httpStatusCode, 200);
  assert.match(found.$metadata.requestId, /^[0-9a-f-]{36}$/);
});

test("puts a version, and reads it by stage, by id and by both", async () => {
  const first = (await read()).VersionId;
  const put = await send(PutSecretValueCommand, { SecretId: name, SecretString: "second" });
  assert.deepEqual(put.VersionStages, ["AWSCURRENT"]);
  assert.equal((await read()).SecretString, "second");
  assert.equal((await read({ VersionStage: "AWSPREVIOUS" })).VersionId, first);
  assert.equal((await read({ VersionId: first })).SecretString, '{"user":"diegor","password":"first"}');
  await assert.rejects(read({ VersionId: first, VersionStage: "AWSCURRENT" }), InvalidRequestException);

  await send(UpdateSecretVersionStageCommand, {
    SecretId: name,
    VersionStage: "AWSCURRENT",
    RemoveFromVersionId: put.VersionId,
    MoveToVersionId: first,
  });
  const { Versions } = await send(ListSecretVersionIdsCommand, { SecretId: name });
  const stages = Object.fromEntries(Versions.map((version) => [version.VersionId, version.VersionStages]));
  assert.deepEqual(stages, { [first]: ["AWSCURRENT"], [put.VersionId]: ["AWSPREVIOUS"] });
});

test("keeps bytes as bytes", async () => {
  const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
  await send(UpdateSecretCommand, { SecretId: name, SecretBinary: bytes });
  const found = await read();
  assert.deepEqual(Uint8Array.from(found.SecretBinary), bytes);
  assert.equal(found.SecretString, undefined);
});

test("lists with filters, a page at a time, and reads in a batch", async () => {
  const names = ["a", "b", "c"].map((letter) => `${prefix}list/${letter}`);
  for (const each of names) await send(CreateSecretCommand, { Name: each, SecretString: each });

  const listed = [];
  const filters = [{ Key: "name", Values: [`${prefix}list/`] }];
  for await (const page of paginateListSecrets({ client, pageSize: 2 }, { Filters: filters })) {
    assert.ok(page.SecretList.length <= 2);
    listed.push(...page.SecretList.map((entry) => entry.Name));
  }
  assert.deepEqual(listed, names);

  const batch = await send(BatchGetSecretValueCommand, { SecretIdList: [names[0], `${prefix}nowhere`] });
  assert.deepEqual(batch.SecretValues.map((value) => value.SecretString), [names[0]]);
  assert.deepEqual(batch.Errors.map((error) => error.ErrorCode), ["ResourceNotFoundException"]);

  for (const each of names) await send(DeleteSecretCommand, { SecretId: each, ForceDeleteWithoutRecovery: true });
  assert.deepEqual((await send(ListSecretsCommand, { Filters: filters })).SecretList, []);
});

test("tags and untags", async () => {
  await send(TagResourceCommand, { SecretId: name, Tags: [{ Key: "stage", Value: "prod" }] });
  await send(UntagResourceCommand, { SecretId: name, TagKeys: ["team"] });
  const { Tags } = await send(DescribeSecretCommand, { SecretId: name });
  assert.deepEqual(Tags, [{ Key: "stage", Value: "prod" }]);
});

test("attaches a resource policy, and takes it off", async () => {
  const policy = (principal) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: principal, Action: "secretsmanager:GetSecretValue", Resource: "*" }],
    });
  const own = policy({ AWS: "arn:aws:iam::123456789012:root" });
  await send(PutResourcePolicyCommand, { SecretId: name, ResourcePolicy: own });
  assert.equal((await send(GetResourcePolicyCommand, { SecretId: name })).ResourcePolicy, own);
  const checked = await send(ValidateResourcePolicyCommand, { ResourcePolicy: own });
  assert.deepEqual([checked.PolicyValidationPassed, checked.ValidationErrors], [true, []]);

  const put = (ResourcePolicy) =>
    send(PutResourcePolicyCommand, { SecretId: name, ResourcePolicy, BlockPublicPolicy: true });
  await assert.rejects(put(policy("*")), PublicPolicyException);
  await assert.rejects(put("{"), MalformedPolicyDocumentException);
  await send(DeleteResourcePolicyCommand, { SecretId: name });
  assert.equal((await send(GetResourcePolicyCommand, { SecretId: name })).ResourcePolicy, undefined);
});

test("rotates", async () => {
  await send(UpdateSecretCommand, { SecretId: name, SecretString: '{"user":"diegor","password":"before"}' });
  const rotated = await send(RotateSecretCommand, {
    SecretId: name,
    RotationLambdaARN: FUNCTION,
    RotationRules: { AutomaticallyAfterDays: 7 },
  });
  const now = await until("the rotation", async () => {
    const found = await read();
    return found.VersionId === rotated.VersionId && found;
  });
  assert.notEqual(JSON.parse(now.SecretString).password, "before");
  const described = await send(DescribeSecretCommand, { SecretId: name });
  assert.equal(described.RotationEnabled, true);
  assert.deepEqual(described.RotationRules, { AutomaticallyAfterDays: 7 });
});

test("replicates to another Region, and stops", async () => {
  const elsewhere = new SecretsManagerClient({ region: "eu-west-1" });
  const { ReplicationStatus } = await send(ReplicateSecretToRegionsCommand, {
    SecretId: name,
    AddReplicaRegions: [{ Region: "eu-west-1" }],
  });
  assert.deepEqual(ReplicationStatus.map((replica) => replica.Region), ["eu-west-1"]);
  await until("the replication", async () => {
    const described = await send(DescribeSecretCommand, { SecretId: name });
    return described.ReplicationStatus[0].Status === "InSync";
  });
  const copy = await elsewhere.send(new GetSecretValueCommand({ SecretId: name }));
  assert.equal(copy.SecretString, (await read()).SecretString);
  const write = new PutSecretValueCommand({ SecretId: name, SecretString: "no" });
  await assert.rejects(elsewhere.send(write), InvalidParameterException);
  await send(RemoveRegionsFromReplicationCommand, { SecretId: name, RemoveReplicaRegions: ["eu-west-1"] });
  await assert.rejects(elsewhere.send(new DescribeSecretCommand({ SecretId: name })), ResourceNotFoundException);
  elsewhere.destroy();
});

test("deletes, refuses what is marked, and restores", async () => {
  const { DeletionDate } = await send(DeleteSecretCommand, { SecretId: name, RecoveryWindowInDays: 7 });
  assert.ok(Math.abs(DeletionDate - Date.now() - 7 * 86_400_000) < 60_000);
  await assert.rejects(read(), InvalidRequestException);
  await send(RestoreSecretCommand, { SecretId: name });
  assert.ok((await read()).SecretString);
});

test("throws the exceptions of its own model", async () => {
  await assert.rejects(send(DescribeSecretCommand, { SecretId: `${prefix}nowhere` }), (error) => {
    assert.ok(error instanceof ResourceNotFoundException);
    assert.ok(error instanceof SecretsManagerServiceException);
    assert.equal(error.name, "ResourceNotFoundException");
    assert.equal(error.message, "Secrets Manager can't find the specified secret.");
    assert.equal(error.$fault, "client");
    assert.equal(error.$metadata.httpStatusCode, 400);
    assert.ok(!(error instanceof DecryptionFailure));
    return true;
  });
  await assert.rejects(send(CreateSecretCommand, { Name: name, SecretString: "x" }), ResourceExistsException);
  await assert.rejects(send(ListSecretsCommand, { NextToken: "made-up" }), InvalidNextTokenException);
  await assert.rejects(send(GetRandomPasswordCommand, { PasswordLength: 5000 }), (error) => {
    assert.equal(error.name, "ValidationException");
    assert.match(error.message, /^1 validation error detected: Value '5000' at 'passwordLength' failed/);
    return true;
  });
  assert.equal((await send(GetRandomPasswordCommand, { PasswordLength: 20 })).RandomPassword.length, 20);
});
