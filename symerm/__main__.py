"""``python -m symerm`` is the command ``symerm``."""

from symerm.cli.main import main

if __name__ == "__main__":
    raise SystemExit(main())
