"""The same rank of PyTorch's DistributedDataParallel over Gloo: WORKLOAD SECONDS; RANK, WORLD_SIZE, MASTER_ADDR and MASTER_PORT as torchrun sets them."""

import json
import os
import sys
import time

import torch
import torch.distributed as dist
from torch import nn

workload, seconds = sys.argv[1], float(sys.argv[2])
torch.set_num_threads(1)
dist.init_process_group("gloo")
torch.manual_seed(1 + dist.get_rank())


class WordLM(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(10_000, 512)
        self.lstm = nn.LSTM(512, 512, batch_first=True)
        self.fc = nn.Linear(512, 10_000)

    def forward(self, x):
        return self.fc(self.lstm(self.embedding(x))[0]).reshape(-1, 10_000)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(1_000_000, 128, sparse=True)
        self.fc = nn.Linear(128, 2)

    def forward(self, x):
        return self.fc(self.embedding(x).mean(1))


if workload == "step e":
    model = WordLM()
    batches = [(torch.randint(10_000, (32, 35)), torch.randint(10_000, (32 * 35,))) for _ in range(16)]
else:
    model = Classifier()
    batches = [(torch.randint(1_000_000, (256, 50)), torch.randint(2, (256,))) for _ in range(16)]
if dist.get_world_size() > 1:
    model = nn.parallel.DistributedDataParallel(model, gradient_as_bucket_view=True)
fused = workload == "step e"
optimizer = torch.optim.SGD(model.parameters(), lr=0.1, fused=fused)
loss = nn.CrossEntropyLoss()

steps = []
begin = time.perf_counter()
i = 0
more = torch.ones(1)
while more.item() == 1:
    x, y = batches[i % 16]
    start = time.perf_counter()
    optimizer.zero_grad()
    loss(model(x), y).backward()
    optimizer.step()
    end = time.perf_counter()
    if end > begin + seconds / 2:
        steps.append(1000 * (end - start))
    if i % 4 == 3:
        more.fill_(1 if end < begin + seconds else 0)
        dist.broadcast(more, 0)
    i += 1
steps.sort()
if dist.get_rank() == 0:
    print(json.dumps({"ms": steps[len(steps) // 2], "least": steps[0], "steps": len(steps)}))
dist.destroy_process_group()
