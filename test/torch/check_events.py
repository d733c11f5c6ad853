"""TensorBoard reads what SummaryWriter wrote: check_events.py FOLDER prints it as JSON; needs tensorboard and numpy.

test/training/logs.test.ts says what must come, and runs this where LUTRA_TENSORBOARD_PYTHON names a Python that has both.
"""

import json
import sys

from google.protobuf import text_format
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.plugins.projector.projector_config_pb2 import ProjectorConfig

folder = sys.argv[1]
events = EventAccumulator(folder, size_guidance={'scalars': 0, 'histograms': 0, 'tensors': 0})
events.Reload()
tags = events.Tags()
found = {
    'version': events.FirstEventTimestamp() > 0,
    'scalars': {tag: [[event.step, event.value] for event in events.Scalars(tag)] for tag in tags['scalars']},
    'histograms': {tag: [[event.step, event.histogram_value.min, event.histogram_value.max, event.histogram_value.num,
                          event.histogram_value.sum, event.histogram_value.sum_squares,
                          sum(event.histogram_value.bucket), event.histogram_value.bucket_limit[-1]]
                         for event in events.Histograms(tag)] for tag in tags['histograms']},
    'texts': {tag: [[event.step, event.tensor_proto.string_val[0].decode()] for event in events.Tensors(tag)]
              for tag in tags['tensors']},
}
try:
    with open(f'{folder}/projector_config.pbtxt') as file:
        config = text_format.Parse(file.read(), ProjectorConfig())
    found['embeddings'] = [[entry.tensor_name, entry.tensor_path, entry.metadata_path] for entry in config.embeddings]
except FileNotFoundError:
    pass
print(json.dumps(found))
