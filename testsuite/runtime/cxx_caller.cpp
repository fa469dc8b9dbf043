// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A C++ program that uses the access API of <mapsan/mapsan.h>: exceptions that leave operations open
// accuse nobody (cxx_ok), a race is reported (cxx_bad). Run as scenarios.sh does.

#include <mapsan/mapsan.h>

#include <atomic>
#include <cstdio>
#include <cstring>
#include <mutex>
#include <stdexcept>
#include <thread>

namespace {

class Cache {
public:
  template <typename Function> void change(Function During) {
    MAPSAN_WRITE_BEGIN(this, &Tag, "cache");
    During();
    MAPSAN_WRITE_END(&Tag);
  }
  template <typename Function> void each(Function Visit) {
    MAPSAN_ITERATE_BEGIN(this, &Tag, "cache");
    Visit();
    MAPSAN_ITERATE_END(&Tag);
  }

private:
  mapsan_tag Tag = {};
};

Cache Shared;
std::mutex Lock;

void ok() {
  auto Work = [] {
    for (int I = 0; I < 200; ++I) {
      std::lock_guard<std::mutex> Guard(Lock);
      try {
        Shared.each([] { throw std::runtime_error("out of the iteration"); });
      } catch (const std::exception &) {
        Shared.change([] {});
      }
      try {
        Shared.change([] { throw 1; });
      } catch (int) {
      }
    }
  };
  std::thread One(Work), Other(Work);
  One.join();
  Other.join();
  Work();
}

void bad() {
  std::atomic<bool> Begun{false};
  std::thread Other([&] {
    while (!Begun)
      std::this_thread::yield();
    Shared.change([] {});
  });
  Shared.change([&] {
    Begun = true;
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
  });
  Other.join();
}

} // namespace

int main(int Count, char **Arguments) {
  if (Count == 2)
    std::puts("cxx_bad|concurrent map writes\ncxx_ok|");
  else if (std::strcmp(Arguments[1], "cxx_bad") == 0)
    bad();
  else
    ok();
  return 0;
}
