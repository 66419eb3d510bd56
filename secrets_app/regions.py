"""The Regions of the aws partition, by code, with the name the Region selector shows.

From botocore's partition data (1.44.5), kept here so that an upgrade of it moves no secret out of reach.
"""

import re
from typing import NamedTuple

_PATTERN = re.compile(r"^([a-z]+-)+\d+$")  # RegionType in the service model


class Region(NamedTuple):
    code: str
    name: str  # "US West (Oregon)"


REGIONS = tuple(
    Region(*line.split(maxsplit=1))
    for line in """
us-east-1 US East (N. Virginia)
us-east-2 US East (Ohio)
us-west-1 US West (N. California)
us-west-2 US West (Oregon)
af-south-1 Africa (Cape Town)
ap-east-1 Asia Pacific (Hong Kong)
ap-east-2 Asia Pacific (Taipei)
ap-south-1 Asia Pacific (Mumbai)
ap-south-2 Asia Pacific (Hyderabad)
ap-northeast-1 Asia Pacific (Tokyo)
ap-northeast-2 Asia Pacific (Seoul)
ap-northeast-3 Asia Pacific (Osaka)
ap-southeast-1 Asia Pacific (Singapore)
ap-southeast-2 Asia Pacific (Sydney)
ap-southeast-3 Asia Pacific (Jakarta)
ap-southeast-4 Asia Pacific (Melbourne)
ap-southeast-5 Asia Pacific (Malaysia)
ap-southeast-6 Asia Pacific (New Zealand)
ap-southeast-7 Asia Pacific (Thailand)
ca-central-1 Canada (Central)
ca-west-1 Canada West (Calgary)
eu-central-1 Europe (Frankfurt)
eu-central-2 Europe (Zurich)
eu-north-1 Europe (Stockholm)
eu-south-1 Europe (Milan)
eu-south-2 Europe (Spain)
eu-west-1 Europe (Ireland)
eu-west-2 Europe (London)
eu-west-3 Europe (Paris)
il-central-1 Israel (Tel Aviv)
me-central-1 Middle East (UAE)
me-south-1 Middle East (Bahrain)
me-west-1 Middle East (Saudi Arabia)
mx-central-1 Mexico (Central)
sa-east-1 South America (Sao Paulo)
sa-west-1 South America (Chile)
""".strip().splitlines()
)
BY_CODE = {region.code: region for region in REGIONS}


def is_region(code: str) -> bool:
    return code in BY_CODE


def looks_like_region(code: str) -> bool:
    """The shape of a Region's code, whether or not we know it."""
    return bool(_PATTERN.match(code))
