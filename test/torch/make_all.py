"""Makes every fixture, by running every make_*.py beside it: python test/torch/make_all.py"""

import pathlib
import runpy

for script in sorted(pathlib.Path(__file__).resolve().parent.glob('make_*.py')):
    if script.name != 'make_all.py':
        print(script.name)
        runpy.run_path(str(script), run_name='__main__')
