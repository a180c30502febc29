"""The stack of an environment's result store."""

from __future__ import annotations

from constructs import Construct

from emr_platform.asked_once import known
from emr_platform.environment.spec import EnvironmentSpec
from emr_platform.network.construct import NetworkResources
from emr_platform.result_store.construct import ResultStore
from emr_platform.result_store.spec import ResultStoreSpec
from emr_platform.tenants.tenancy import Tenancy
from stacks.base import Deletion, EnvironmentStack


class ResultStoreStack(EnvironmentStack):
    """The environment's MySQL result store.

    Attributes:
        result_store: The database.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: EnvironmentSpec,
        spec: ResultStoreSpec,
        network: NetworkResources,
        deletion: Deletion,
        tenancy: Tenancy | None = None,
    ) -> None:
        """Create the stack.

        Args:
            scope: The environment's stage.
            id: Construct id.
            environment: The environment.
            spec: Its result store.
            network: Where the database goes.
            deletion: What may be deleted.
            tenancy: Who the environment is for; None for one that has a file of its own.
        """
        super().__init__(
            scope,
            id,
            environment=environment,
            deletion=deletion,
            tenancy=tenancy,
            description="Result store",
        )
        self.result_store = ResultStore(
            self,
            "ResultStore",
            spec=spec,
            vpc=network.vpc,
            subnets=network.result_store_subnets,
            removal_policy=deletion.data_policy,
            deletion_protection=not deletion.stacks,
        )
        self.offer(
            known(self.result_store.security_group).security_group_id,
            known(self.result_store.secret).secret_arn,
            known(self.result_store.encryption_key).key_arn,
            self.result_store.endpoint_address,
            *(known(secret).secret_arn for secret in self.result_store.user_secrets.values()),
        )
        self.output("Endpoint", self.result_store.endpoint_address, "Host name of the result store")
        self.output("Port", str(self.result_store.port), "Port of the result store")
        self.output(
            "SecretName",
            self.result_store.secret.secret_name,
            "Secrets Manager secret of the result store's administrator",
        )
        if self.result_store.user_secrets:
            names = {
                user: known(secret).secret_name
                for user, secret in self.result_store.user_secrets.items()
            }
            self.output(
                "UserSecretNames",
                self.to_json_string(names),
                "Secrets Manager secrets of the result store's users, as JSON",
            )
