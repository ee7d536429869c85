"""What AWS Certificate Manager says about a certificate."""

from __future__ import annotations

from blogstack.aws.session import Session


def certificate_status(session: Session, arn: str) -> str:
    """Its status, as in ISSUED or PENDING_VALIDATION.

    Raises:
        AwsError: when it cannot be known.
    """
    status: str = session.call("acm", "describe_certificate", CertificateArn=arn)["Certificate"]["Status"]
    return status
