#include "mpi/work.h"

#include <sched.h>

#include <algorithm>
#include <cstring>
#include <numeric>
#include <stdexcept>

#include "mpi/watchdog.h"

namespace lutra::mpi {

int64_t bytesOf(Element element) {
  switch (element) {
    case Element::float32:
    case Element::int32:
      return 4;
    case Element::float64:
      return 8;
    case Element::uint8:
      return 1;
    case Element::bits16:
      return 2;
  }
  return 0;
}

namespace {

MPI_Datatype typeOf(Element element) {
  switch (element) {
    case Element::float32:
      return MPI_FLOAT;
    case Element::float64:
      return MPI_DOUBLE;
    case Element::int32:
      return MPI_INT32_T;
    case Element::uint8:
      return MPI_UINT8_T;
    case Element::bits16:
      return MPI_UINT16_T;
  }
  return MPI_DATATYPE_NULL;
}

MPI_Op operationOf(Reduction reduction) {
  switch (reduction) {
    case Reduction::sum:
      return MPI_SUM;
    case Reduction::max:
      return MPI_MAX;
    case Reduction::min:
      return MPI_MIN;
  }
  return MPI_OP_NULL;
}

uint64_t mixed(uint64_t value) {
  value = (value ^ value >> 32) * 0xd6e8feb86659fd93u;
  return value ^ value >> 32;
}

// FNV-1a, and a final mix: what differs in a letter differs in the hash.
uint64_t hashOf(const std::string& text, uint64_t number) {
  uint64_t hash = 0xcbf29ce484222325u ^ number;
  for (const char letter : text) hash = (hash ^ static_cast<uint8_t>(letter)) * 0x100000001b3u;
  return mixed(hash);
}

int64_t total(const std::vector<int64_t>& counts) { return std::accumulate(counts.begin(), counts.end(), int64_t{0}); }

// What a rank sends of an exchange less what it expects, as hashes of who, whom and how much: over all ranks they add
// up to zero where each gets what it expects.
uint64_t exchangeBalance(const Call& call, int rank) {
  if (call.kind != Kind::allToAll) return 0;
  const auto hash = [](uint64_t from, uint64_t to, int64_t count) {
    return mixed(mixed(from << 32 | to) + static_cast<uint64_t>(count));
  };
  const auto self = static_cast<uint64_t>(rank);
  uint64_t balance = 0;
  for (size_t other = 0; other < call.sendCounts.size(); other++) {
    balance += hash(self, other, call.sendCounts[other]) - hash(other, self, call.recvCounts[other]);
  }
  return balance;
}

std::string listOf(const std::vector<int64_t>& counts) {
  std::string list;
  for (const int64_t count : counts) list += (list.empty() ? "" : ", ") + std::to_string(count);
  return "[" + list + "]";
}

// Counts as MPI takes them, and where each rank's part begins.
void toInts(const std::vector<int64_t>& counts, std::vector<int>& ints, std::vector<int>& places) {
  int64_t place = 0;
  for (const int64_t count : counts) {
    ints.push_back(static_cast<int>(count));
    places.push_back(static_cast<int>(place));
    place += count;
  }
}

template <class T>
void divide(uint8_t* memory, int64_t count, int by) {
  T* const values = reinterpret_cast<T*>(memory);
  const T divisor = static_cast<T>(by);
  for (int64_t i = 0; i < count; i++) values[i] /= divisor;
}

}  // namespace

Work::Work(Session& session, Call call, int64_t number)
    : session_(session),
      call_(std::move(call)),
      number_(number),
      width_(bytesOf(call_.element)),
      type_(typeOf(call_.element)),
      blocking_(call_.blocking && !session.isCrowded()) {
  const uint64_t hash = hashOf(call_.words, static_cast<uint64_t>(number) << 1 | (call_.blocking ? 1 : 0));
  agreement_[0] = hash;
  agreement_[1] = ~hash;
  agreement_[2] = static_cast<uint64_t>(std::max(total(call_.sendCounts), total(call_.recvCounts)));
  agreement_[3] = exchangeBalance(call_, session_.rank());
  // Never MPI's blocking form, which would not match the other one where ranks have made different calls.
  check(MPI_Iallreduce(MPI_IN_PLACE, agreement_, 1, session_.agreementType, session_.agreementOp, session_.agreement,
                       &agreeing_),
        "MPI_Iallreduce");
}

const uint8_t* Work::sendAt(int64_t element) const { return call_.send + element * width_; }
uint8_t* Work::recvAt(int64_t element) const { return call_.recv + element * width_; }

MPI_Request* Work::next() {
  requests_.push_back(MPI_REQUEST_NULL);
  return &requests_.back();
}

bool Work::agreed() {
  int flag = 0;
  check(MPI_Test(&agreeing_, &flag, MPI_STATUS_IGNORE), "MPI_Test");
  if (flag == 0) return false;
  if (agreement_[0] != ~agreement_[1] || agreement_[3] != 0) refuse();
  return true;
}

void Work::refuse() {
  std::string own = call_.words + (call_.blocking || call_.kind == Kind::leave ? "" : " (asyncOp)");
  own += " as call " + std::to_string(number_);
  if (call_.kind == Kind::allToAll) {
    own += ", sends " + listOf(call_.sendCounts) + " and expects " + listOf(call_.recvCounts) + " numbers";
  }
  const std::vector<std::string> said = session_.gatherWords(own);
  std::string message = "the ranks have made different calls:";
  for (size_t r = 0; r < said.size(); r++) {
    if (r > 0 && said[r] == said[r - 1]) continue;
    size_t last = r;
    while (last + 1 < said.size() && said[last + 1] == said[r]) last++;
    const std::string ranks =
        last > r ? "ranks " + std::to_string(r) + " to " + std::to_string(last) : "rank " + std::to_string(r);
    message += (r > 0 ? "; " : " ") + ranks + ": " + said[r];
  }
  throw std::runtime_error(message);
}

bool Work::progress() {
  if (!isAgreed_) {
    if (!agreed()) return false;
    isAgreed_ = true;
    planPieces();
  }
  for (;;) {
    if (!requests_.empty()) {
      int flag = 0;
      check(MPI_Testall(static_cast<int>(requests_.size()), requests_.data(), &flag, MPI_STATUSES_IGNORE),
            "MPI_Testall");
      if (flag == 0) return false;
      requests_.clear();
    }
    if (posted_ == steps_) break;
    const size_t step = posted_++;
    if (isWhole_) {
      postWhole();
    } else if (call_.kind == Kind::allToAll) {
      postExchange(static_cast<int>(step));
    } else {
      postPiece(pieces_[step]);
    }
  }
  finish();
  return true;
}

void Work::planPieces() {
  const int64_t most = session_.mostElements();
  const bool isEmpty = agreement_[2] == 0;
  const bool movesData = call_.kind != Kind::barrier && call_.kind != Kind::leave;
  isWhole_ = static_cast<int64_t>(agreement_[2]) <= most;
  if (!movesData || isEmpty) return;
  if (isWhole_) {
    steps_ = 1;
    return;
  }
  const auto addPieces = [&](int64_t sendOffset, int64_t recvOffset, int64_t count, int root) {
    for (int64_t at = 0; at < count; at += most) {
      pieces_.push_back({sendOffset + at, recvOffset + at, std::min(most, count - at), root});
    }
  };
  switch (call_.kind) {
    case Kind::allReduce:
    case Kind::broadcast:
      addPieces(0, 0, call_.recvCounts[0], call_.root);
      break;
    case Kind::allGather: {
      // Each rank's part in turn, as a broadcast of it.
      int64_t place = 0;
      for (int r = 0; r < session_.size(); r++) {
        const int64_t count = call_.recvCounts[static_cast<size_t>(r)];
        addPieces(place, place, count, r);
        place += count;
      }
      const int64_t before =
          std::accumulate(call_.recvCounts.begin(), call_.recvCounts.begin() + session_.rank(), int64_t{0});
      const int64_t own = call_.recvCounts[static_cast<size_t>(session_.rank())];
      if (own > 0) std::memcpy(recvAt(before), call_.send, static_cast<size_t>(own * width_));
      break;
    }
    case Kind::reduceScatter:
      for (int r = 0; r < session_.size(); r++) addPieces(r * call_.recvCounts[0], 0, call_.recvCounts[0], r);
      break;
    case Kind::allToAll:
      steps_ = static_cast<size_t>(session_.size());
      return;
    case Kind::barrier:
    case Kind::leave:
      break;
  }
  steps_ = pieces_.size();
}

void Work::postWhole() {
  const MPI_Comm comm = session_.data;
  const bool blocking = blocking_;
  const int count = call_.recvCounts.empty() ? 0 : static_cast<int>(call_.recvCounts[0]);
  switch (call_.kind) {
    case Kind::allReduce:
    case Kind::broadcast:
      postPiece({0, 0, count, call_.root});
      break;
    case Kind::reduceScatter: {
      const MPI_Op op = operationOf(call_.reduction);
      check(blocking ? MPI_Reduce_scatter_block(call_.send, call_.recv, count, type_, op, comm)
                     : MPI_Ireduce_scatter_block(call_.send, call_.recv, count, type_, op, comm, next()),
            "MPI_Reduce_scatter_block");
      break;
    }
    case Kind::allGather: {
      toInts(call_.recvCounts, recvCounts_, recvPlaces_);
      const int own = recvCounts_[static_cast<size_t>(session_.rank())];
      const bool isEven = std::all_of(recvCounts_.begin(), recvCounts_.end(), [&](int each) { return each == own; });
      if (isEven) {
        check(blocking ? MPI_Allgather(call_.send, own, type_, call_.recv, own, type_, comm)
                       : MPI_Iallgather(call_.send, own, type_, call_.recv, own, type_, comm, next()),
              "MPI_Allgather");
        break;
      }
      check(blocking ? MPI_Allgatherv(call_.send, own, type_, call_.recv, recvCounts_.data(), recvPlaces_.data(), type_,
                                      comm)
                     : MPI_Iallgatherv(call_.send, own, type_, call_.recv, recvCounts_.data(), recvPlaces_.data(),
                                       type_, comm, next()),
            "MPI_Allgatherv");
      break;
    }
    case Kind::allToAll:
      toInts(call_.sendCounts, sendCounts_, sendPlaces_);
      toInts(call_.recvCounts, recvCounts_, recvPlaces_);
      check(blocking ? MPI_Alltoallv(call_.send, sendCounts_.data(), sendPlaces_.data(), type_, call_.recv,
                                     recvCounts_.data(), recvPlaces_.data(), type_, comm)
                     : MPI_Ialltoallv(call_.send, sendCounts_.data(), sendPlaces_.data(), type_, call_.recv,
                                      recvCounts_.data(), recvPlaces_.data(), type_, comm, next()),
            "MPI_Alltoallv");
      break;
    case Kind::barrier:
    case Kind::leave:
      break;
  }
}

void Work::postPiece(const Piece& piece) {
  const MPI_Comm comm = session_.data;
  const bool blocking = blocking_;
  const int count = static_cast<int>(piece.count);
  const MPI_Op op = operationOf(call_.reduction);
  uint8_t* const recv = recvAt(piece.recvOffset);
  switch (call_.kind) {
    case Kind::allReduce:
      check(blocking ? MPI_Allreduce(MPI_IN_PLACE, recv, count, type_, op, comm)
                     : MPI_Iallreduce(MPI_IN_PLACE, recv, count, type_, op, comm, next()),
            "MPI_Allreduce");
      break;
    case Kind::reduceScatter:
      check(blocking ? MPI_Reduce(sendAt(piece.sendOffset), recv, count, type_, op, piece.root, comm)
                     : MPI_Ireduce(sendAt(piece.sendOffset), recv, count, type_, op, piece.root, comm, next()),
            "MPI_Reduce");
      break;
    default:
      check(blocking ? MPI_Bcast(recv, count, type_, piece.root, comm)
                     : MPI_Ibcast(recv, count, type_, piece.root, comm, next()),
            "MPI_Bcast");
  }
}

// One of `size` rounds of a large exchange: this rank's part for the rank `step` after it, and what the one before it
// sends.
void Work::postExchange(int step) {
  const int size = session_.size();
  const auto to = static_cast<size_t>((session_.rank() + step) % size);
  const auto from = static_cast<size_t>((session_.rank() - step + size) % size);
  const auto begin = [](const std::vector<int64_t>& counts, size_t rank) {
    return std::accumulate(counts.begin(), counts.begin() + static_cast<int64_t>(rank), int64_t{0});
  };
  const int64_t most = session_.mostElements();
  const int64_t sendBegin = begin(call_.sendCounts, to);
  const int64_t recvBegin = begin(call_.recvCounts, from);
  if (step == 0) {
    const auto bytes = static_cast<size_t>(call_.recvCounts[from] * width_);
    if (bytes > 0) std::memcpy(recvAt(recvBegin), sendAt(sendBegin), bytes);
    return;
  }
  for (int64_t at = 0; at < call_.recvCounts[from]; at += most) {
    const auto count = static_cast<int>(std::min(most, call_.recvCounts[from] - at));
    check(MPI_Irecv(recvAt(recvBegin + at), count, type_, static_cast<int>(from), step, session_.data, next()),
          "MPI_Irecv");
  }
  for (int64_t at = 0; at < call_.sendCounts[to]; at += most) {
    const auto count = static_cast<int>(std::min(most, call_.sendCounts[to] - at));
    check(MPI_Isend(sendAt(sendBegin + at), count, type_, static_cast<int>(to), step, session_.data, next()),
          "MPI_Isend");
  }
}

void Work::finish() {
  if (!call_.mean || session_.size() == 1) return;
  if (call_.element == Element::float32) divide<float>(call_.recv, call_.recvCounts[0], session_.size());
  if (call_.element == Element::float64) divide<double>(call_.recv, call_.recvCounts[0], session_.size());
}

int64_t Queue::start(Call call) {
  if (!broken_.empty()) throw std::runtime_error(broken_);
  const int64_t number = started_ + 1;
  works_.push_back(std::make_unique<Work>(session_, std::move(call), number));
  return started_ = number;
}

// Whether the first call is done, which then leaves the queue.
bool Queue::step() {
  if (!broken_.empty()) throw std::runtime_error(broken_);
  try {
    if (!works_.front()->progress()) return false;
  } catch (const std::exception& error) {
    broken_ = error.what();
    throw;
  }
  done_ = works_.front()->number();
  works_.pop_front();
  return true;
}

void Queue::poke() {
  while (!works_.empty() && !works_.front()->call().blocking && step()) {
  }
}

void Queue::wait(int64_t number) {
  if (isDone(number)) return;
  const Watched watched(wordsOf(number) + " (call " + std::to_string(number) + ")");
  for (int64_t tries = 0; !isDone(number); tries++) {
    if (step()) continue;
    // Ranks that share a core must let each other have it; others may do so now and then.
    if (session_.isCrowded() || (tries > 200 && tries % 16 == 0)) sched_yield();
  }
}

std::string Queue::wordsOf(int64_t number) const {
  for (const auto& work : works_) {
    if (work->number() == number) return work->words();
  }
  return "";
}

}  // namespace lutra::mpi
