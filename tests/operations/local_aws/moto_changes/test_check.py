"""A moto that lacks what the local AWS changes is found out before anything else happens."""

import pytest

from emr_platform.operations.local_aws import moto_changes
from emr_platform.operations.local_aws.moto_changes import IncompatibleMotoError


def test_installed_moto_has_everything() -> None:
    moto_changes.check()


@pytest.mark.parametrize(
    "name",
    [
        "moto.awslambda.models:LambdaFunction._run",
        "moto.awslambda.models:Function",
        "moto.lambdas:Function",
    ],
)
def test_what_is_missing_is_named_with_the_version(name: str) -> None:
    with pytest.raises(IncompatibleMotoError, match=r"does not fit moto 5\.") as error:
        moto_changes.check([name, "moto.core.common_models:CloudFormationModel"])
    assert f"which lacks {name};" in str(error.value)
