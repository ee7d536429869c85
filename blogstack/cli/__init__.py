"""The command line: arguments, files, streams and the exit status; a file for each command.

The only package that prints or opens files. Exceptions: lint/cache.py keeps the linter's clean results in a folder,
lint/provider_schemas.py reads what is installed with cfn-lint, and facts/ and help/ what is installed with the package.
"""
