/* The operating system's clock, randomness and files: see env.h. */
#include "base/env.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

struct env_file {
    int fd;
};

static int64_t clock_ms(clockid_t clock)
{
    struct timespec t = {0};
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int64_t real_now_ms(void *context)
{
    (void)context;
    return clock_ms(CLOCK_REALTIME);
}

static int64_t real_monotonic_ms(void *context)
{
    (void)context;
    return clock_ms(CLOCK_MONOTONIC);
}

static void real_random(void *context, uint8_t *out, size_t size)
{
    (void)context;
    while (size > 0) {
        ssize_t got = getrandom(out, size, 0);
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            abort(); /* without randomness no key, salt or id may be made */
        out += got;
        size -= (size_t)got;
    }
}

static bool failed(struct error *err, const char *act, const char *path)
{
    enum error_kind kind = errno == ENOENT                      ? ERROR_MISSING
                           : errno == EEXIST                    ? ERROR_CONFLICT
                           : errno == ENOSPC || errno == EDQUOT ? ERROR_FULL
                                                                : ERROR_STORE;
    return error_set(err, kind, "cannot %s %s: %s", act, path, strerror(errno));
}

static bool real_open(void *context, const char *path, enum env_open how, struct env_file **out,
                      struct error *err)
{
    (void)context;
    int flags = how == ENV_OPEN_READ    ? O_RDONLY
                : how == ENV_OPEN_WRITE ? O_RDWR
                                        : O_RDWR | O_CREAT | O_EXCL;
    int fd = open(path, flags | O_CLOEXEC, 0600);
    if (fd < 0)
        return failed(err, "open", path);
    struct env_file *file = malloc(sizeof *file);
    if (file == NULL) {
        close(fd);
        return error_set(err, ERROR_LIMIT, "out of memory");
    }
    file->fd = fd;
    *out = file;
    return true;
}

static void real_close(void *context, struct env_file *file)
{
    (void)context;
    close(file->fd);
    free(file);
}

static bool real_size(void *context, struct env_file *file, int64_t *out, struct error *err)
{
    (void)context;
    struct stat st;
    if (fstat(file->fd, &st) != 0)
        return failed(err, "measure", "file");
    *out = st.st_size;
    return true;
}

static bool real_read_at(void *context, struct env_file *file, int64_t offset, uint8_t *out,
                         size_t size, struct error *err)
{
    (void)context;
    while (size > 0) {
        ssize_t got = pread(file->fd, out, size, offset);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return failed(err, "read", "file");
        if (got == 0)
            return error_set(err, ERROR_STORE, "file ends too early");
        out += got;
        size -= (size_t)got;
        offset += got;
    }
    return true;
}

static bool real_write_at(void *context, struct env_file *file, int64_t offset, struct span bytes,
                          struct error *err)
{
    (void)context;
    while (bytes.size > 0) {
        ssize_t put = pwrite(file->fd, bytes.data, bytes.size, offset);
        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return failed(err, "write", "file");
        bytes = span_part(bytes, (size_t)put, bytes.size);
        offset += put;
    }
    return true;
}

static bool real_sync(void *context, struct env_file *file, struct error *err)
{
    (void)context;
    return fdatasync(file->fd) == 0 || failed(err, "sync", "file");
}

static bool real_truncate(void *context, struct env_file *file, int64_t size, struct error *err)
{
    (void)context;
    return ftruncate(file->fd, size) == 0 || failed(err, "truncate", "file");
}

static bool real_rename(void *context, const char *from, const char *to, struct error *err)
{
    (void)context;
    return rename(from, to) == 0 || failed(err, "rename", from);
}

static bool real_unlink(void *context, const char *path, struct error *err)
{
    (void)context;
    return unlink(path) == 0 || failed(err, "remove", path);
}

static bool real_sync_dir(void *context, const char *path, struct error *err)
{
    (void)context;
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return failed(err, "open directory", path);
    bool ok = fsync(fd) == 0 || failed(err, "sync directory", path);
    close(fd);
    return ok;
}

static bool real_make_dir(void *context, const char *path, struct error *err)
{
    (void)context;
    return mkdir(path, 0700) == 0 || errno == EEXIST || failed(err, "make directory", path);
}

/* --- a past that is lived: see env_real_behind --- */

#define DAY_MS INT64_C(86400000)

static const int64_t *past_ms; /* NULL: in the present, as everything but a demonstration is */
static int64_t past_first_ms;

static int64_t behind(void)
{
    return __atomic_load_n(past_ms, __ATOMIC_ACQUIRE);
}

static int64_t past_now_ms(void *context)
{
    return real_now_ms(context) - behind();
}

/* By whole days, so that what goes by this clock (beats, probes) comes once a day and not at each leap. */
static int64_t past_monotonic_ms(void *context)
{
    return real_monotonic_ms(context) + (past_first_ms - behind()) / DAY_MS * DAY_MS;
}

static bool past_sync(void *context, struct env_file *file, struct error *err)
{
    (void)context;
    (void)file;
    (void)err;
    return true;
}

static bool past_sync_dir(void *context, const char *path, struct error *err)
{
    (void)context;
    (void)path;
    (void)err;
    return true;
}

void env_real_behind(const int64_t *behind_ms)
{
    past_first_ms = __atomic_load_n(behind_ms, __ATOMIC_ACQUIRE);
    past_ms = behind_ms;
}

/* --- the tables --- */

static const struct env real = {
    .now_ms = real_now_ms,
    .monotonic_ms = real_monotonic_ms,
    .random = real_random,
    .open = real_open,
    .close = real_close,
    .size = real_size,
    .read_at = real_read_at,
    .write_at = real_write_at,
    .sync = real_sync,
    .truncate = real_truncate,
    .rename = real_rename,
    .unlink = real_unlink,
    .sync_dir = real_sync_dir,
    .make_dir = real_make_dir,
};

static const struct env past = {
    .is_unsynced = true,
    .now_ms = past_now_ms,
    .monotonic_ms = past_monotonic_ms,
    .random = real_random,
    .open = real_open,
    .close = real_close,
    .size = real_size,
    .read_at = real_read_at,
    .write_at = real_write_at,
    .sync = past_sync,
    .truncate = real_truncate,
    .rename = real_rename,
    .unlink = real_unlink,
    .sync_dir = past_sync_dir,
    .make_dir = real_make_dir,
};

const struct env *env_real(void)
{
    return past_ms == NULL ? &real : &past;
}
