// The addon's face to JavaScript: lib/distributed/native.ts has its types.
#include <atomic>
#include <cstdlib>
#include <map>
#include <memory>
#include <stdexcept>

#include "binding/family.h"
#include "mpi/session.h"
#include "mpi/shared_memory.h"
#include "mpi/watchdog.h"
#include "mpi/work.h"

namespace lutra::mpi {

namespace {

using binding::Args;
using binding::ErrorKind;

// The arrays of a call under way, which are not collected before it is done.
struct Held {
  Napi::ObjectReference send;
  Napi::ObjectReference recv;
};

// What the process has once MPI runs. Never destroyed: references must not be freed behind the environment's back.
struct Process {
  std::unique_ptr<Session> session;
  std::unique_ptr<Queue> queue;
  std::map<int64_t, Held> held;
  int exitCode = 0;
};

Process& process() {
  static auto* const one = new Process;
  return *one;
}

Queue& queue() {
  if (process().queue == nullptr) throw std::runtime_error("MPI is not running");
  return *process().queue;
}

// A process that ends in an error takes the others with it. Runs after Node has printed the error.
void atProcessEnd() {
  Process& own = process();
  if (own.session == nullptr || own.session->isOver()) return;
  MPI_Abort(MPI_COMM_WORLD, own.exitCode == 0 ? 1 : own.exitCode);
}

// start(timeoutSeconds, mostElements): what MPI says of this rank.
Napi::Value start(Args& args) {
  if (process().session != nullptr) throw std::runtime_error("MPI can be started once in a process");
  const double timeout = args.number(0, "timeout");
  const int64_t most = args.integer(1, "mostElements", 1, INT32_MAX);
  process().session = std::make_unique<Session>(timeout, most);
  process().queue = std::make_unique<Queue>(*process().session);
  std::atexit(atProcessEnd);
  const Session& session = *process().session;
  Napi::Object said = Napi::Object::New(args.env());
  said.Set("rank", session.rank());
  said.Set("size", session.size());
  said.Set("localSize", session.localSize());
  return said;
}

Napi::Value version(Args& args) { return Napi::String::New(args.env(), libraryVersion()); }

std::vector<int64_t> countsArgument(const Args& args, size_t i, const char* name) {
  std::vector<int64_t> counts;
  if (args.isNullish(i)) return counts;
  const binding::Span& span = args.span(i, name);
  const double* const values = args.array<double>(i, name, 0, span.length);
  int64_t sum = 0;
  for (int64_t k = 0; k < span.length; k++) {
    const double value = values[k];
    if (!(value >= 0) || value > 9e15 || value != static_cast<double>(static_cast<int64_t>(value))) {
      args.fail(ErrorKind::range, "counts must be integers of at least 0");
    }
    counts.push_back(static_cast<int64_t>(value));
    sum += counts.back();
    if (sum > int64_t{1} << 53) args.fail(ErrorKind::range, "counts add up to more than 2^53");
  }
  return counts;
}

// The memory of argument i from `offset` on, with `count` elements of the call's kind there.
uint8_t* memoryArgument(const Args& args, size_t i, const char* name, Element element, int64_t offset, int64_t count) {
  switch (element) {
    case Element::float32:
      return reinterpret_cast<uint8_t*>(args.array<float>(i, name, offset, count));
    case Element::float64:
      return reinterpret_cast<uint8_t*>(args.array<double>(i, name, offset, count));
    case Element::int32:
      return reinterpret_cast<uint8_t*>(args.array<int32_t>(i, name, offset, count));
    case Element::uint8:
      return args.array<uint8_t>(i, name, offset, count);
    case Element::bits16:
      return reinterpret_cast<uint8_t*>(args.array<uint16_t>(i, name, offset, count));
  }
  return nullptr;
}

int64_t total(const std::vector<int64_t>& counts) {
  int64_t sum = 0;
  for (const int64_t count : counts) sum += count;
  return sum;
}

// What a call's counts must be for its kind, so that MPI stays within the arrays.
void checkCounts(const Args& args, const Call& call, int size) {
  const auto ranks = static_cast<size_t>(size);
  const size_t sends = call.sendCounts.size();
  const size_t recvs = call.recvCounts.size();
  bool fits = true;
  switch (call.kind) {
    case Kind::allReduce:
    case Kind::broadcast:
      fits = sends == 0 && recvs == 1;
      break;
    case Kind::allGather:
      fits = sends == 1 && recvs == ranks;
      break;
    case Kind::reduceScatter:
      fits = sends == 1 && recvs == 1 && call.sendCounts[0] == call.recvCounts[0] * size;
      break;
    case Kind::allToAll:
      fits = sends == ranks && recvs == ranks;
      break;
    case Kind::barrier:
    case Kind::leave:
      fits = sends == 0 && recvs == 0;
      break;
  }
  if (!fits) args.fail(ErrorKind::range, "counts don't fit the call");
}

// Memory that a call under way reads and writes may be transferred away by whoever holds a view of it: MPI must not
// touch it then, and can't be told so.
void checkHeld(const Napi::ObjectReference& reference) {
  if (reference.IsEmpty()) return;
  const auto array = reference.Value().As<Napi::TypedArray>();
  if (array.ByteLength() > 0 || !array.ArrayBuffer().IsDetached()) return;
  std::fprintf(stderr, "lutra: the memory of a call under way was transferred away; the job ends.\n");
  std::fflush(stderr);
  MPI_Abort(MPI_COMM_WORLD, 1);
}

void checkAllHeld() {
  for (const auto& [number, held] : process().held) {
    checkHeld(held.send);
    checkHeld(held.recv);
  }
}

void dropDone() {
  auto& held = process().held;
  while (!held.empty() && queue().isDone(held.begin()->first)) held.erase(held.begin());
}

// call(kind, reduction, mean, element, blocking, root, words, send, sendOffset, sendCounts, recv, recvOffset,
// recvCounts): makes a blocking call, during which the arguments keep its memory, or begins another; its number.
int64_t makeCall(Args& args) {
  Queue& calls = queue();
  const Session& session = *process().session;
  Call call;
  call.kind = static_cast<Kind>(args.integer(0, "kind", 0, static_cast<int>(Kind::leave)));
  call.reduction = static_cast<Reduction>(args.integer(1, "reduction", 0, static_cast<int>(Reduction::min)));
  call.mean = args.flag(2, "mean");
  call.element = static_cast<Element>(args.integer(3, "element", 0, static_cast<int>(Element::bits16)));
  call.blocking = args.flag(4, "blocking");
  call.root = static_cast<int>(args.integer(5, "root", 0, session.size() - 1));
  call.words = args.value(6).ToString().Utf8Value();
  const int64_t sendOffset = args.integer(8, "sendOffset");
  const int64_t recvOffset = args.integer(11, "recvOffset");
  call.sendCounts = countsArgument(args, 9, "sendCounts");
  call.recvCounts = countsArgument(args, 12, "recvCounts");
  checkCounts(args, call, session.size());
  if (call.kind == Kind::allGather && call.sendCounts[0] != call.recvCounts[static_cast<size_t>(session.rank())]) {
    args.fail(ErrorKind::range, "counts don't fit the call");
  }
  Held held;
  if (!call.sendCounts.empty()) {
    call.send = memoryArgument(args, 7, "send", call.element, sendOffset, total(call.sendCounts));
    if (!call.blocking) held.send = Napi::Persistent(args.value(7).As<Napi::Object>());
  }
  if (!call.recvCounts.empty()) {
    call.recv = memoryArgument(args, 10, "recv", call.element, recvOffset, total(call.recvCounts));
    if (!call.blocking) held.recv = Napi::Persistent(args.value(10).As<Napi::Object>());
  }
  const bool blocking = call.blocking;
  checkAllHeld();
  // What this rank has written into shared memory is there for the others after a call, and theirs for it.
  std::atomic_thread_fence(std::memory_order_seq_cst);
  const int64_t number = calls.start(std::move(call));
  if (blocking) {
    calls.wait(number);
    std::atomic_thread_fence(std::memory_order_seq_cst);
    dropDone();
  } else {
    process().held.emplace(number, std::move(held));
  }
  return number;
}

// poke(): goes on with what is under way; how many calls are.
int64_t poke(Args&) {
  Queue& calls = queue();
  if (calls.waiting() == 0) return 0;
  checkAllHeld();
  calls.poke();
  dropDone();
  return static_cast<int64_t>(calls.waiting());
}

// isDone(number)
int64_t isDone(Args& args) { return queue().isDone(args.integer(0, "number")) ? 1 : 0; }

// wait(number)
void wait(Args& args) {
  const int64_t number = args.integer(0, "number");
  checkAllHeld();
  queue().wait(number);
  dropDone();
}

// share(parts): memory that all ranks see, or null.
Napi::Value share(Args& args) {
  queue();
  const Session& session = *process().session;
  const binding::Span& span = args.span(0, "parts");
  const double* const given = args.array<double>(0, "parts", 0, session.size());
  if (span.length != session.size()) args.fail(ErrorKind::range, "parts must be one for each rank");
  std::vector<int64_t> parts;
  int64_t total = 0;
  for (int r = 0; r < session.size(); r++) {
    const double bytes = given[r];
    if (!(bytes >= 0) || bytes > 1e15 || bytes != static_cast<double>(static_cast<int64_t>(bytes) / 4096 * 4096)) {
      args.fail(ErrorKind::range, "parts must be multiples of 4096");
    }
    parts.push_back(static_cast<int64_t>(bytes));
    total += parts.back();
  }
  uint8_t* const memory = mapShared(session, parts);
  if (memory == nullptr) return args.env().Null();
  const auto size = static_cast<size_t>(total);
  return Napi::ArrayBuffer::New(args.env(), memory, size,
                                [size](Napi::Env, void* data) { unmapShared(static_cast<uint8_t*>(data), size); });
}

// giveUp(words): the job ends, because a rank has waited too long.
void giveUp(Args& args) { watchdog().giveUp(args.value(0).ToString().Utf8Value()); }

// finish(): MPI ends. Every rank calls it.
void finish(Args&) {
  if (process().session == nullptr) return;
  process().session->finalize();
  process().queue = nullptr;
  process().held.clear();
}

// noteExit(code): with what the process will end.
void noteExit(Args& args) { process().exitCode = static_cast<int>(args.integer(0, "code", -255, 255)); }

const binding::Family family([](Napi::Object exports) {
  binding::define<start>(exports, "start");
  binding::define<version>(exports, "version");
  binding::define<makeCall>(exports, "call");
  binding::define<poke>(exports, "poke");
  binding::define<isDone>(exports, "isDone");
  binding::define<wait>(exports, "wait");
  binding::define<share>(exports, "share");
  binding::define<giveUp>(exports, "giveUp");
  binding::define<finish>(exports, "finish");
  binding::define<noteExit>(exports, "noteExit");
});

Napi::Object initialise(Napi::Env, Napi::Object exports) {
  binding::Family::defineAll(exports);
  return exports;
}

}  // namespace

}  // namespace lutra::mpi

using lutra::mpi::initialise;
NODE_API_MODULE(lutra_mpi, initialise)
