"""Makes every fixture: python test/torch/make_all.py"""

import os
import runpy

for script in ('make_programs.py', 'make_ops.py', 'make_nn.py', 'make_optim.py', 'make_print.py'):
    runpy.run_path(os.path.join(os.path.dirname(os.path.abspath(__file__)), script), run_name='__main__')
