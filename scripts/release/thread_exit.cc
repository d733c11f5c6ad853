// The compiler's C++ library has destructors of thread-local objects called by __cxa_thread_atexit_impl, which glibc
// has since 2.18 alone. This stands before it: glibc's where there is one, else a key of pthreads, whose destructor
// runs at a thread's end.
#include <dlfcn.h>
#include <pthread.h>

namespace {

using Destructor = void (*)(void*);

struct Entry {
  Destructor destroy;
  void* object;
  Entry* next;
};

pthread_key_t key;

// Newest first, and those that a destructor adds too.
void runAll(void* first) {
  pthread_setspecific(key, nullptr);
  for (auto* entry = static_cast<Entry*>(first); entry != nullptr;) {
    Entry* const next = entry->next;
    entry->destroy(entry->object);
    delete entry;
    entry = next;
  }
}

int addToKey(Destructor destroy, void* object) {
  static const int made = pthread_key_create(&key, runAll);
  if (made != 0) return made;
  auto* const entry = new Entry{destroy, object, static_cast<Entry*>(pthread_getspecific(key))};
  return pthread_setspecific(key, entry);
}

}  // namespace

extern "C" __attribute__((visibility("hidden"))) int __cxa_thread_atexit_impl(Destructor destroy, void* object,
                                                                              void* library) {
  using Add = int (*)(Destructor, void*, void*);
  static const auto add = reinterpret_cast<Add>(dlsym(RTLD_DEFAULT, "__cxa_thread_atexit_impl"));
  return add != nullptr ? add(destroy, object, library) : addToKey(destroy, object);
}
