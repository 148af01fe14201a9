/*
 * A wall clock that is wrong by what a file says, for the process that preloads this library: K2_SKEWED_CLOCK names a file of eight bytes, nanoseconds as a signed integer in the machine's
 * order. The file is mapped, so a jump is seen at once. Monotonic clocks stay, as when NTP or an administrator sets the time.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000LL

/* How soon a wait notices that the clock was set; the kernel's own waits notice it at once. */
#define SLICE 20000000LL

static volatile const int64_t *skew;
static int (*next_gettime)(clockid_t, struct timespec *);
static int (*next_wait)(cnd_t *, mtx_t *, const struct timespec *);

static int64_t nanoseconds(const struct timespec *time) { return time->tv_sec * SECOND + time->tv_nsec; }

static struct timespec from(int64_t value) {
    return (struct timespec){ .tv_sec = value / SECOND, .tv_nsec = value % SECOND };
}

/* Before the constructor ran, and for who asks while the loader still works, the kernel answers. */
static int true_gettime(clockid_t clock, struct timespec *time) {
    return next_gettime ? next_gettime(clock, time) : (int)syscall(SYS_clock_gettime, clock, time);
}

static int64_t now(void) {
    struct timespec time;
    true_gettime(CLOCK_REALTIME, &time);
    return nanoseconds(&time) + (skew ? *skew : 0);
}

__attribute__((constructor)) static void prepare(void) {
    const char *path = getenv("K2_SKEWED_CLOCK");
    int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    next_wait = (int (*)(cnd_t *, mtx_t *, const struct timespec *))dlsym(RTLD_NEXT, "cnd_timedwait");
    next_gettime = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    if (file < 0) return;
    void *map = mmap(NULL, sizeof(int64_t), PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (map != MAP_FAILED) skew = map;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
    int result = true_gettime(clock, time);
    if (result == 0 && skew && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) *time = from(nanoseconds(time) + *skew);
    return result;
}

int gettimeofday(struct timeval *restrict time, void *restrict zone) {
    (void)zone;
    int64_t value = now() / 1000;
    *time = (struct timeval){ .tv_sec = value / 1000000, .tv_usec = value % 1000000 };
    return 0;
}

time_t time(time_t *result) {
    time_t value = now() / SECOND;
    if (result) *result = value;
    return value;
}

int timespec_get(struct timespec *time, int base) {
    if (base != TIME_UTC) return 0;
    *time = from(now());
    return base;
}

/*
 * Waits until a moment of the wall clock, as librdkafka does: a clock that is set ahead ends the wait, one that is set back makes it longer. Behind each slice the caller looks at what it waits for
 * and comes again, as it must where a wait may end without a reason: a signal between two slices would reach nobody.
 */
int cnd_timedwait(cnd_t *restrict condition, mtx_t *restrict mutex, const struct timespec *restrict moment) {
    int64_t left = nanoseconds(moment) - now();
    struct timespec real;
    true_gettime(CLOCK_REALTIME, &real);
    struct timespec slice = from(nanoseconds(&real) + (left < SLICE ? (left < 0 ? 0 : left) : SLICE));
    int result = next_wait(condition, mutex, &slice);
    return result == thrd_timedout && left > SLICE ? thrd_success : result;
}
