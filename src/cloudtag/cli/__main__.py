"""`python -m cloudtag.cli`, the same as `cloudtag`."""

import sys

from cloudtag.cli import main

sys.exit(main())
