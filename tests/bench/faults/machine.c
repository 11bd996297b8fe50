/* A machine with faults, laid between a program and the C library by LD_PRELOAD.
 *
 * It concerns what is done to one folder (FAULTS_FOLDER) and the wall clock. What goes wrong
 * stands in a file (FAULTS_CONTROL) that both sides have in memory, and may change at any time.
 * With FAULTS_RECORD, every change of the folder and every flush is written down there in the
 * order in which they happened, for a loss of power to be played from it.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))real(#name))
#define PATH PATH_MAX

struct control {
    int64_t clock_shift_ns;
    int32_t failing;        /* errno of every change of the folder; 0: none fails */
    int32_t flush_delay_ms;
    int32_t kill_in;        /* the so many-th change of a file below kills; 0: never */
    char kill_at[244];      /* part of its path, which is taken to end with a "|" */
};

struct entry {
    uint32_t path, other, data; /* bytes that follow */
    int32_t what;
    int64_t number;
};

static struct control *control;
static char folder[PATH];
static size_t folder_length;
static int record_to = -1;
static pthread_mutex_t turn = PTHREAD_MUTEX_INITIALIZER;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void begin(void) {
    const char *path = getenv("FAULTS_FOLDER"), *shared = getenv("FAULTS_CONTROL");
    if (path == NULL || shared == NULL) return;
    int descriptor = REAL(open)(shared, O_RDWR | O_CLOEXEC);
    if (descriptor < 0) return;
    void *found =
        mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    close(descriptor);
    if (found == MAP_FAILED) return;
    snprintf(folder, sizeof folder, "%s", path);
    folder_length = strlen(folder);
    const char *record = getenv("FAULTS_RECORD");
    if (record != NULL) record_to = REAL(open)(record, O_WRONLY | O_APPEND | O_CLOEXEC);
    control = found;
}

static int is_inside(const char *path) {
    return control != NULL && strncmp(path, folder, folder_length) == 0 &&
           (path[folder_length] == '/' || path[folder_length] == 0);
}

/* Whether a descriptor leads into the folder, and the path by which it does now. */
static int leads_inside(int descriptor, char *path) {
    if (control == NULL) return 0;
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, PATH - 1);
    if (length <= 0) return 0;
    path[length] = 0;
    return is_inside(path);
}

static int resolve(int at, const char *given, char *path) {
    if (control == NULL) return 0;
    if (given[0] == '/' || at == AT_FDCWD) {
        snprintf(path, PATH, "%s", given);
        return is_inside(path);
    }
    char above[PATH];
    if (!leads_inside(at, above)) return 0;
    if (snprintf(path, PATH, "%s/%s", above, given) >= PATH) return 0;
    return 1;
}

static void note(char what, const char *path, const char *other, int64_t number,
                 const void *data, size_t size) {
    if (record_to < 0) return;
    struct entry entry = {.path = strlen(path), .other = strlen(other), .data = size,
                          .what = what, .number = number};
    struct iovec parts[] = {{&entry, sizeof entry}, {(void *)path, entry.path},
                            {(void *)other, entry.other}, {(void *)data, size}};
    if (writev(record_to, parts, 4) < 0) abort();
}

/* Whether this is the change in the midst of which the process is to be killed. */
static int is_last(const char *path) {
    if (__atomic_load_n(&control->kill_in, __ATOMIC_RELAXED) <= 0) return 0;
    char whole[PATH + 1];
    snprintf(whole, sizeof whole, "%s|", path);
    if (strstr(whole, control->kill_at) == NULL) return 0;
    return __atomic_sub_fetch(&control->kill_in, 1, __ATOMIC_SEQ_CST) == 0;
}

static void end(void) {
    kill(getpid(), SIGKILL);
    for (;;) pause();
}

/* Whether a change goes through; else errno says why not. */
static int may_change(const char *path) {
    if (is_last(path)) end();
    int failing = control->failing;
    if (failing) errno = failing;
    return !failing;
}

static int opened(int at, const char *given, int flags, mode_t mode) {
    char path[PATH];
    int changes = flags & (O_CREAT | O_TRUNC);
    int writes = (flags & O_ACCMODE) != O_RDONLY;
    if ((!changes && !writes) || !resolve(at, given, path))
        return REAL(openat)(at, given, flags, mode);
    if (control->failing == EROFS) return errno = EROFS, -1;
    pthread_mutex_lock(&turn);
    struct stat known;
    int is_new = fstatat(at, given, &known, 0) != 0 && (flags & O_CREAT);
    int descriptor = -1;
    if (!is_new || may_change(path)) descriptor = REAL(openat)(at, given, flags, mode);
    if (descriptor >= 0 && is_new) note('c', path, "", 0, NULL, 0);
    else if (descriptor >= 0 && (flags & O_TRUNC)) note('t', path, "", 0, NULL, 0);
    pthread_mutex_unlock(&turn);
    return descriptor;
}

#define OPEN(name, parameters, at)                                                             \
    int name parameters {                                                                      \
        mode_t mode = 0;                                                                       \
        if (flags & (O_CREAT | __O_TMPFILE)) {                                                 \
            va_list more;                                                                      \
            va_start(more, flags);                                                             \
            mode = va_arg(more, mode_t);                                                       \
            va_end(more);                                                                      \
        }                                                                                      \
        return opened(at, path, flags, mode);                                                  \
    }
OPEN(open, (const char *path, int flags, ...), AT_FDCWD)
OPEN(open64, (const char *path, int flags, ...), AT_FDCWD)
OPEN(openat, (int folder_at, const char *path, int flags, ...), folder_at)
OPEN(openat64, (int folder_at, const char *path, int flags, ...), folder_at)

static ssize_t written(int descriptor, const void *data, size_t size, off_t at) {
    char path[PATH];
    int is_ours = leads_inside(descriptor, path);
    if (is_ours) pthread_mutex_lock(&turn);
    ssize_t done = -1;
    int is_appending = at < 0;
    if (is_ours && is_appending) at = lseek(descriptor, 0, SEEK_CUR);
    if (is_ours && is_last(path)) {
        /* Half of it may have arrived. */
        REAL(pwrite)(descriptor, data, size / 2, at);
        note('w', path, "", at, data, size / 2);
        end();
    }
    if (is_ours && control->failing) errno = control->failing;
    else if (is_appending) done = REAL(write)(descriptor, data, size);
    else done = REAL(pwrite)(descriptor, data, size, at);
    if (is_ours && done > 0) note('w', path, "", at, data, done);
    if (is_ours) pthread_mutex_unlock(&turn);
    return done;
}

ssize_t write(int descriptor, const void *data, size_t size) {
    return written(descriptor, data, size, -1);
}

ssize_t pwrite(int descriptor, const void *data, size_t size, off_t at) {
    return written(descriptor, data, size, at);
}

ssize_t pwrite64(int descriptor, const void *data, size_t size, off64_t at) {
    return written(descriptor, data, size, at);
}

static int truncated(int descriptor, off_t size) {
    char path[PATH];
    if (!leads_inside(descriptor, path)) return REAL(ftruncate)(descriptor, size);
    pthread_mutex_lock(&turn);
    int done = may_change(path) ? REAL(ftruncate)(descriptor, size) : -1;
    if (done == 0) note('t', path, "", size, NULL, 0);
    pthread_mutex_unlock(&turn);
    return done;
}

int ftruncate(int descriptor, off_t size) { return truncated(descriptor, size); }
int ftruncate64(int descriptor, off64_t size) { return truncated(descriptor, size); }

static int flushed(int descriptor, int (*flush)(int)) {
    char path[PATH];
    if (!leads_inside(descriptor, path)) return flush(descriptor);
    int delay = control->flush_delay_ms;
    if (delay > 0) usleep((useconds_t)delay * 1000);
    pthread_mutex_lock(&turn);
    int done = -1;
    if (control->failing == EIO) errno = EIO;
    else {
        if (is_last(path)) end();
        done = flush(descriptor);
    }
    if (done == 0) note('s', path, "", 0, NULL, 0);
    pthread_mutex_unlock(&turn);
    return done;
}

int fsync(int descriptor) { return flushed(descriptor, REAL(fsync)); }
int fdatasync(int descriptor) { return flushed(descriptor, REAL(fdatasync)); }

int renameat2(int from_at, const char *from, int to_at, const char *to, unsigned flags) {
    char path[PATH], other[PATH];
    if (!resolve(from_at, from, path) || !resolve(to_at, to, other))
        return REAL(renameat2)(from_at, from, to_at, to, flags);
    pthread_mutex_lock(&turn);
    int done = may_change(path) ? REAL(renameat2)(from_at, from, to_at, to, flags) : -1;
    if (done == 0) note(flags & RENAME_EXCHANGE ? 'x' : 'r', path, other, 0, NULL, 0);
    pthread_mutex_unlock(&turn);
    return done;
}

int rename(const char *from, const char *to) { return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0); }

int renameat(int from_at, const char *from, int to_at, const char *to) {
    return renameat2(from_at, from, to_at, to, 0);
}

int unlinkat(int at, const char *given, int flags) {
    char path[PATH];
    if (!resolve(at, given, path)) return REAL(unlinkat)(at, given, flags);
    pthread_mutex_lock(&turn);
    int is_allowed = control->failing == ENOSPC || may_change(path);
    int done = is_allowed ? REAL(unlinkat)(at, given, flags) : -1;
    if (done == 0) note('u', path, "", 0, NULL, 0);
    pthread_mutex_unlock(&turn);
    return done;
}

int unlink(const char *path) { return unlinkat(AT_FDCWD, path, 0); }
int rmdir(const char *path) { return unlinkat(AT_FDCWD, path, AT_REMOVEDIR); }

int mkdirat(int at, const char *given, mode_t mode) {
    char path[PATH];
    if (!resolve(at, given, path)) return REAL(mkdirat)(at, given, mode);
    pthread_mutex_lock(&turn);
    int done = may_change(path) ? REAL(mkdirat)(at, given, mode) : -1;
    if (done == 0) note('m', path, "", 0, NULL, 0);
    pthread_mutex_unlock(&turn);
    return done;
}

int mkdir(const char *path, mode_t mode) { return mkdirat(AT_FDCWD, path, mode); }

static int64_t shift(void) { return control == NULL ? 0 : control->clock_shift_ns; }

int clock_gettime(clockid_t clock, struct timespec *now) {
    int done = REAL(clock_gettime)(clock, now);
    if (done == 0 && clock == CLOCK_REALTIME) now->tv_sec += shift() / 1000000000;
    return done;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    int done = REAL(gettimeofday)(now, zone);
    if (done == 0) now->tv_sec += shift() / 1000000000;
    return done;
}

time_t time(time_t *now) {
    time_t found = REAL(time)(NULL) + shift() / 1000000000;
    if (now != NULL) *now = found;
    return found;
}
