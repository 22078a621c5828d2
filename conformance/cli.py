"""The AWS CLI, each command in a process of its own.

What a command costs is mostly the start of Python and the reading of modules,
so the processes are forks of one that has them.
"""

import contextlib
import io
import multiprocessing
import os

from awscli.clidriver import create_clidriver

create_clidriver()  # reads what every command needs
forks = multiprocessing.get_context("forkserver")
forks.set_forkserver_preload([__name__])


def aws(*arguments, environment=None):
    """Runs the aws command; returns its exit status, its output, and its errors."""
    here, there = forks.Pipe(duplex=False)
    process = forks.Process(target=command, args=(arguments, environment or {}, there))
    process.start()
    there.close()
    try:
        return here.recv()
    finally:
        process.join()
        here.close()


def command(arguments, environment, answer):
    os.environ.update(environment)
    with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(io.StringIO()) as err:
        status = create_clidriver().main(list(arguments))
    answer.send((status, out.getvalue(), err.getvalue()))
