"""What a driver of a calendar program tells of its steps: a line each, with the reason where one fails."""

import traceback


class Steps:
    def __init__(self):
        self.passed = self.failed = 0

    def step(self, name, check):
        """Whether `check` went through; what it raises is told and counted, and ends nothing else."""
        try:
            check()
        except Exception as error:  # noqa: BLE001
            self.failed += 1
            print(f'not ok {name}: {" ".join(str(error).split())[:400]}', flush=True)
            traceback.print_exc(limit=3)
            return False
        self.passed += 1
        print(f'ok {name}', flush=True)
        return True

    def status(self):
        """Tells the numbers. Returns the exit status."""
        print(f'{self.passed} passed, {self.failed} failed')
        return 0 if self.passed and not self.failed else 1
