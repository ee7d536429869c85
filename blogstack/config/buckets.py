"""The key `buckets`: buckets on Amazon S3, by name."""

from pydantic import Field

from blogstack.config.types import Section, Variable

OLD_VERSION_DAYS = 30
"""Days that a versioned bucket keeps what was overwritten or deleted."""


class BucketVariables(Section):
    """Names of the variables that the containers get with a bucket."""

    name: Variable | None = Field(None, examples=["AWS_STORAGE_BUCKET_NAME"])
    """Variable with the bucket's name; the default is NAME_BUCKET, as in MEDIA_BUCKET for `media`."""


class Bucket(Section):
    """A bucket on Amazon S3; `{}` uses every default."""

    versioned: bool = True
    """Whether objects that are overwritten or deleted can be restored for 30 days."""
    variables: BucketVariables = BucketVariables.model_construct()
    """Names of the variables that the containers get, instead of the default names."""
