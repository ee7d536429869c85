"""What AWS Certificate Manager says about a certificate."""

from __future__ import annotations

from blogstack.aws.session import Session


def certificate_status(session: Session, arn: str) -> str:
    """The status of a certificate, such as ISSUED or PENDING_VALIDATION.

    Raises:
        AwsError: when a call fails.
    """
    status: str = session.call("acm", "describe_certificate", CertificateArn=arn)["Certificate"]["Status"]
    return status
