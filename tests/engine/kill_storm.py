#!/usr/bin/env python3
"""kill_storm.py SULCUS WORKER [ROUNDS] - kills runs at random moments (100 of them), then compares with an undisturbed run."""
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from engine import Study  # noqa: E402
from crashes import kill_storm  # noqa: E402

study = Study(os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2]))
try:
    kill_storm(study, int(sys.argv[3]) if len(sys.argv) > 3 else 100)
    print("the same results")
finally:
    study.close()
