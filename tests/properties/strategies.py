"""What sequences are made of. Most calls are such as succeed, or a sequence would come to nothing."""

from hypothesis import strategies as st

from tests.properties.rules import CURRENT, HOME, PENDING, PREVIOUS

NAMES = ["one", "two/deep", "trap-a1b2c3"]  # the last one's partial ARN is taken for a whole one
UNKNOWN = "never-made"
TOKENS = [f"{number}-of-the-tokens-that-are-drawn-here" for number in range(8)]
POLICY = (
    '{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {principal}, '
    '"Action": "secretsmanager:GetSecretValue", "Resource": "*"}}]}}'
)
POLICIES = [
    POLICY.format(principal='{"AWS": "123456789012"}'),
    POLICY.format(principal='{"AWS": "arn:aws:iam::123456789012:root"}'),
    POLICY.format(principal='"*"'),
    '{"Version": "2012-10-17", "Statement": [',
]

# Which secret, and how it is named; see Conversation.secret_id.
forms = st.sampled_from(
    ["name"] * 12
    + ["arn"] * 4
    + ["partial"] * 2
    + ["other-region", "wrong-suffix", "bare-suffix", "gone", "characters"]
)
chosen = st.tuples(st.sampled_from([*NAMES * 8, UNKNOWN]), forms)
tokens = st.sampled_from(TOKENS)
some_tokens = st.sampled_from([*TOKENS * 3, None])
values = st.sampled_from(
    [{"SecretString": "first"}] * 6
    + [{"SecretString": "second"}, {"SecretString": "\N{SNOWMAN}\0 "}, {"SecretBinary": "AAH/"}] * 2
    + [{"SecretString": "first", "SecretBinary": "AAH/"}, {}]
)
labels = st.sampled_from([CURRENT, CURRENT, PREVIOUS, PENDING, PENDING, "blue", "green"])
stages: st.SearchStrategy[list[str]] = st.one_of(
    st.just([]),
    st.lists(labels, min_size=1, max_size=3),
    st.integers(min_value=15, max_value=20).map(lambda count: [f"label-{number}" for number in range(count)]),
)
tag_keys = st.sampled_from(["team", "Team", "stage", "aws:reserved", "AWS:Reserved"])
tag_lists = st.one_of(
    st.lists(st.fixed_dictionaries({"Key": tag_keys, "Value": st.sampled_from(["", "blue", "x" * 256])}), max_size=3),
    st.sampled_from([0, 10]).map(
        lambda start: [{"Key": f"key-{number}", "Value": ""} for number in range(start, start + 45)]
    ),
)
descriptions = st.sampled_from([None, "", "a secret", "d" * 2048])
windows = st.sampled_from([None, None, 6, 7, 30, 31])
regions = st.lists(st.sampled_from(["eu-west-1", "ap-southeast-2", HOME]), min_size=1, max_size=2)
yes_no = st.sampled_from([None, True, False])
page_sizes = st.sampled_from([None, 1, 2])
