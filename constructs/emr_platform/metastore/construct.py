"""The secrets that EMR puts into the configurations of a cluster, made and granted."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from aws_cdk import SecretValue
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from emr_platform.acknowledgements import acknowledge
from emr_platform.asked_once import known
from emr_platform.cluster.databases import annotated_secrets, databases, password_copies
from emr_platform.cluster.references import texts
from emr_platform.cluster.request import references
from emr_platform.cluster.spec import ClusterSpec
from emr_platform.metastore.database import (
    RESULT_STORE,
    RESULT_STORE_PASSWORD,
    user_password_name,
    user_secret_name,
)

_SECRET_REFERENCE = "secret://"  # noqa: S105


class ConfigurationSecrets(Construct):
    """Secrets with a password and nothing else, for properties that begin with ``EMR.secret@``.

    EMR puts whole secrets into configurations. RDS writes secrets as JSON, so that what is wanted of them is copied
    into secrets of the cluster: by CloudFormation while it deploys, through dynamic references, so that no template
    holds a password. A copy follows its original when the stack is deployed with a change to it.

    Args:
        scope: Parent construct.
        id: Name within the parent.
        spec: The cluster.
        service_role: The role by which EMR reads the secrets.
        result_store_secret: The result store's own secret; None if there is no result store.
        result_store_user_secrets: The secrets of the result store's users, by the user's name.

    Attributes:
        arns: ARNs by the name that ``secret://`` references use.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        spec: ClusterSpec,
        service_role: iam.IRole,
        result_store_secret: secretsmanager.ISecret | None,
        result_store_user_secrets: Mapping[str, secretsmanager.ISecret] | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.arns: dict[str, str] = {}
        secrets = annotated_secrets(spec)
        named = self._named(spec, secrets)
        self._of_result_store: dict[str, secretsmanager.ISecret] = {}
        if result_store_secret:
            self._add(RESULT_STORE, RESULT_STORE_PASSWORD, result_store_secret, named)
        for user, secret in (result_store_user_secrets or {}).items():
            self._add(user_secret_name(user), user_password_name(user), secret, named)
        for copy in password_copies(spec):
            self.arns[copy.name] = self._copy(
                f"Secret{copy.name}",
                SecretValue.secrets_manager(copy.secret_arn, json_field=copy.key),
                copy.secret_arn,
            )
        self._grant(spec, secrets, service_role)

    @staticmethod
    def _named(spec: ClusterSpec, secrets: tuple[str, ...]) -> set[str]:
        """The names of secrets that anything refers to."""
        everywhere = [*secrets, *(text for _, text in texts(spec))]
        return {name for text in everywhere for name in references(text, "secret")}

    def _add(
        self, name: str, password_name: str, secret: secretsmanager.ISecret, named: Collection[str]
    ) -> None:
        """Let references lead to a secret of the result store and, if there are any, to its password alone."""
        self.arns[name] = known(secret).secret_arn
        self._of_result_store |= {name: secret, password_name: secret}
        if password_name in named:
            # With the hyphens, as a-1 and a1 are two users; logical ids end with a digest of it.
            id = password_name.title()
            self.arns[password_name] = self._copy(
                id,
                secret.secret_value_from_json("password"),
                "the result store",
                key=known(secret).encryption_key,
            )

    def _copy(
        self, id: str, value: SecretValue, original: str, *, key: kms.IKey | None = None
    ) -> str:
        # Not the CDK's Secret, which writes into the policy of the key, and so into another stack.
        copy = secretsmanager.CfnSecret(
            self,
            id,
            description=f"Password of {original}, for EMR to put into configurations",
            kms_key_id=key.key_arn if key else None,
            secret_string=value.unsafe_unwrap(),
        )
        acknowledge(
            copy,
            rule="AwsSolutions-SMG4",
            reason="A copy of another secret, which is where the password would be rotated.",
        )
        return copy.ref

    def _grant(
        self,
        spec: ClusterSpec,
        secrets: tuple[str, ...],
        service_role: iam.IRole,
    ) -> None:
        """Let EMR read what it puts into configurations, and decrypt it.

        See https://docs.aws.amazon.com/emr/latest/ReleaseGuide/storing-sensitive-data.html.
        """
        if not secrets:
            return
        names = [secret.removeprefix(_SECRET_REFERENCE) for secret in secrets]
        iam.Grant.add_to_principal(
            grantee=service_role,
            actions=["secretsmanager:GetSecretValue"],
            resource_arns=[self.arns.get(name, name) for name in names],
        )
        of_result_store = (
            self._of_result_store[name] for name in names if name in self._of_result_store
        )
        # Most often the same key.
        for result_store_key in dict.fromkeys(
            known(each).encryption_key for each in of_result_store
        ):
            if result_store_key:
                result_store_key.grant(service_role, "kms:Decrypt")
        keys = {
            use.database.secret_encryption_key_arn
            for use in databases(spec)
            # Of a copy, only CloudFormation reads the original.
            if use.database.secret_encryption_key_arn and not use.database.secret_key
        }
        for position, key_arn in enumerate(sorted(keys)):
            key = kms.Key.from_key_arn(self, f"Key{position}", key_arn)
            key.grant(service_role, "kms:Decrypt")
