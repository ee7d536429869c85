"""The command line: arguments, files, streams and the exit status; a file for each command.

The only package that prints or opens files. Exceptions: lint/cache.py keeps the linter's clean results in a folder, and
facts/ and help/ read the data that is installed with the package.
"""
