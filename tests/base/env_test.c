/*
 * The operating system's files: what is written is read, a whole file is replaced whole, and failures say what failed.
 * covers: env env_real
 */
#include "base/env.h"
#include "base/attributes.h"
#include "base/buffer.h"
#include "check.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static char home[64];

static const char *path_of(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", home, name);
    return path;
}

CHECK_TEST(a_whole_file_is_replaced_whole)
{
    const struct env *env = env_real();
    struct buffer out CLEANUP(buffer_free) = buffer_make(100);
    struct error err = {0};
    struct stat st;

    CHECK_OK(env_write_file(env, path_of("f"), span_text("first"), &err), err);
    CHECK_OK(env_write_file(env, path_of("f"), span_text("second"), &err), err);
    CHECK_OK(env_read_file(env, path_of("f"), 100, &out, &err), err);
    CHECK_SPAN(buffer_span(&out), "second");
    CHECK(stat(path_of("f"), &st) == 0 && (st.st_mode & 0777) == 0600);
    CHECK(access(path_of("f.new"), F_OK) != 0);
    buffer_clear(&out);
    CHECK(!env_read_file(env, path_of("f"), 3, &out, &err));
    CHECK_ERROR(err, ERROR_LIMIT, "has 6 bytes");
    CHECK(!env_read_file(env, path_of("absent"), 3, &out, &err));
    CHECK_ERROR(err, ERROR_MISSING, "absent");
}

CHECK_TEST(reads_beyond_the_end_fail)
{
    const struct env *env = env_real();
    struct env_file *file = NULL;
    struct error err = {0};
    uint8_t bytes[8];
    int64_t size = 0;

    CHECK_OK(env->open(env->context, path_of("g"), ENV_OPEN_CREATE, &file, &err), err);
    CHECK_OK(env->write_at(env->context, file, 2, span_text("abc"), &err), err);
    CHECK_OK(env->size(env->context, file, &size, &err), err);
    CHECK_INT(size, 5);
    CHECK(!env->read_at(env->context, file, 3, bytes, 4, &err));
    CHECK_ERROR(err, ERROR_STORE, "ends too early");
    CHECK_OK(env->truncate(env->context, file, 1, &err) && env->sync(env->context, file, &err),
             err);
    env->close(env->context, file);
    CHECK(!env->open(env->context, path_of("g"), ENV_OPEN_CREATE, &file, &err));
    CHECK_ERROR(err, ERROR_CONFLICT, "open");
    CHECK_OK(env->make_dir(env->context, path_of("d"), &err) &&
                 env->make_dir(env->context, path_of("d"), &err),
             err);
    CHECK_OK(env->sync_dir(env->context, home, &err) &&
                 env->unlink(env->context, path_of("g"), &err),
             err);
}

int main(void)
{
    char command[128];

    snprintf(home, sizeof home, "/tmp/besa-env-XXXXXX");
    if (mkdtemp(home) == NULL)
        return 1;
    CHECK_RUN(a_whole_file_is_replaced_whole);
    CHECK_RUN(reads_beyond_the_end_fail);
    snprintf(command, sizeof command, "rm -rf '%s'", home);
    if (system(command) != 0)
        printf("%s stays\n", home);
    return check_end();
}
