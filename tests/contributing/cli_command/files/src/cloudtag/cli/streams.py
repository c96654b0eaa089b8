"""`cloudtag streams`: what is taken in."""

from cloudtag.cli.screen import output


def streams() -> None:
    """List the input streams with the field that keys each.

    Example:  cloudtag streams
    """
    from cloudtag.contract.streams import INPUTS

    for name, stream in INPUTS.items():
        output().print(f"{name} {stream.key}", markup=False)
