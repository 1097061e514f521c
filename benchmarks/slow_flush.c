/* What if the disk were slower? Every flush to disk takes VARSEL_FLUSH_US microseconds more.
 *
 * Preloaded (LD_PRELOAD), it stands before the C library for all programs that are started: Python
 * with SQLite, PostgreSQL, Redis. They flush by fdatasync or fsync; nothing else here waits for the
 * disk (PostgreSQL's sync_file_range only hints, and O_DSYNC is not its default on Linux).
 * A nats-server calls the kernel itself and is not slowed.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>

static int slowly(const char *name, int file) {
    int (*flush)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    const char *asked = getenv("VARSEL_FLUSH_US");
    long extra = asked ? atol(asked) : 0;
    struct timespec rest = {extra / 1000000, extra % 1000000 * 1000};
    int done = flush(file), error = errno;
    while (nanosleep(&rest, &rest) && errno == EINTR) {
    }
    errno = error;
    return done;
}

int fsync(int file) { return slowly("fsync", file); }
int fdatasync(int file) { return slowly("fdatasync", file); }
