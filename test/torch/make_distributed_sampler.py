# The orders of torch.utils.data.DistributedSampler: every length, number of ranks and option of the list, two epochs each.
import json
from pathlib import Path

from torch.utils.data import DistributedSampler

cases = []
for length in [1, 2, 5, 8, 10, 23]:
    for replicas in [1, 2, 3, 4]:
        for drop_last in [False, True]:
            if drop_last and length < replicas:
                continue
            for shuffle in [False, True]:
                epochs = []
                for epoch in [0, 3]:
                    ranks = []
                    for rank in range(replicas):
                        sampler = DistributedSampler(
                            range(length), num_replicas=replicas, rank=rank, shuffle=shuffle, seed=5, drop_last=drop_last
                        )
                        sampler.set_epoch(epoch)
                        ranks.append(list(sampler))
                    epochs.append({"epoch": epoch, "ranks": ranks})
                cases.append(
                    {"length": length, "replicas": replicas, "dropLast": drop_last, "shuffle": shuffle, "epochs": epochs}
                )
path = Path(__file__).parent / "fixtures" / "distributed_sampler.json"
path.write_text(json.dumps({"cases": cases}, separators=(",", ":")) + "\n")
