/* Home: see home.h. The configuration's reader is strict: what it does not know it does not pass over. */
#include "cmd/home.h"

#include "base/attributes.h"
#include "base/env.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* --- finding the home --- */

static bool home_check(const struct home *home, struct error *err)
{
    struct stat st;

    if (stat(home->path, &st) != 0)
        return error_set(err, errno == ENOENT ? ERROR_MISSING : ERROR_STORE, "home %s: %s",
                         home->path, strerror(errno));
    if (!S_ISDIR(st.st_mode))
        return error_set(err, ERROR_INPUT, "home %s is no directory", home->path);
    if (st.st_uid != geteuid())
        return error_set(err, ERROR_RULE, "home %s belongs to another user", home->path);
    return (st.st_mode & 077) == 0 ||
           error_set(err, ERROR_RULE, "home %s is open to other users; it must have mode 0700",
                     home->path);
}

static bool home_absolute(const char *name, struct home *out, struct error *err)
{
    char *real = realpath(name, NULL);

    if (real == NULL)
        return error_set(err, errno == ENOENT ? ERROR_MISSING : ERROR_STORE, "home %s: %s", name,
                         strerror(errno));
    size_t size = strlen(real);
    if (size < sizeof out->path)
        memcpy(out->path, real, size + 1);
    free(real);
    return size < sizeof out->path || error_set(err, ERROR_LIMIT, "the home's path is too long");
}

bool home_find(const char *name, struct home *out, struct error *err)
{
    if (name == NULL || name[0] == '\0')
        return error_set(err, ERROR_INPUT, "no home: give --home DIR or set BESA_HOME");
    return home_absolute(name, out, err) && home_check(out, err);
}

bool home_make(const char *name, struct home *out, struct error *err)
{
    char conf[HOME_PATH_SIZE];

    if (name == NULL || name[0] == '\0')
        return error_set(err, ERROR_INPUT, "no home: give --home DIR or set BESA_HOME");
    if (mkdir(name, 0700) != 0 && errno != EEXIST)
        return error_set(err, ERROR_STORE, "cannot make home %s: %s", name, strerror(errno));
    if (!home_find(name, out, err) || !home_path(out, HOME_CONF, conf, err))
        return false;
    return access(conf, F_OK) != 0 ||
           error_set(err, ERROR_CONFLICT, "home %s holds a node already", out->path);
}

bool home_path(const struct home *home, const char *relative, char out[HOME_PATH_SIZE],
               struct error *err)
{
    int size = snprintf(out, HOME_PATH_SIZE, "%s/%s", home->path, relative);

    return (size > 0 && size < HOME_PATH_SIZE) ||
           error_set(err, ERROR_LIMIT, "the home's path is too long");
}

/* --- lock --- */

bool home_lock(const struct home *home, int *fd, struct error *err)
{
    char path[HOME_PATH_SIZE];

    *fd = -1;
    if (!home_path(home, HOME_LOCK, path, err))
        return false;
    int opened = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (opened < 0)
        return error_set(err, ERROR_STORE, "cannot open %s: %s", path, strerror(errno));
    if (flock(opened, LOCK_EX | LOCK_NB) != 0) {
        close(opened);
        return error_set(err, ERROR_BUSY, "home %s is in use by another besa process", home->path);
    }
    *fd = opened;
    return true;
}

void home_unlock(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* --- passphrase --- */

static bool passphrase_check(const char *path, struct error *err)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return error_set(err, errno == ENOENT ? ERROR_MISSING : ERROR_STORE, "passphrase %s: %s",
                         path, strerror(errno));
    return (st.st_mode & 077) == 0 ||
           error_set(err, ERROR_RULE,
                     "passphrase %s is open to other users; it must have mode 0600", path);
}

bool home_passphrase_read(const char *path, struct buffer *out, struct error *err)
{
    if (!passphrase_check(path, err) ||
        !env_read_file(env_real(), path, PASSPHRASE_SIZE_MAX, out, err))
        return false;
    if (out->size > 0 && out->data[out->size - 1] == '\n')
        out->size--;
    return out->size > 0 || error_set(err, ERROR_INPUT, "passphrase %s is empty", path);
}

/* A credential of systemd, a file that the environment names, or one in the home: the first that is there. */
static bool secret_place(const struct home *home, const char *credential, const char *variable,
                         const char *own, char out[HOME_PATH_SIZE], bool *is_own, struct error *err)
{
    const char *credentials = getenv("CREDENTIALS_DIRECTORY");
    const char *file = getenv(variable);

    *is_own = false;
    if (credentials != NULL) {
        int size = snprintf(out, HOME_PATH_SIZE, "%s/%s", credentials, credential);
        if (size > 0 && size < HOME_PATH_SIZE && access(out, F_OK) == 0)
            return true;
    }
    if (file != NULL && file[0] != '\0')
        return snprintf(out, HOME_PATH_SIZE, "%s", file) < HOME_PATH_SIZE ||
               error_set(err, ERROR_LIMIT, "%s is too long a path", variable);
    *is_own = true;
    return home_path(home, own, out, err);
}

bool home_passphrase_place(const struct home *home, char out[HOME_PATH_SIZE], bool *is_own,
                           struct error *err)
{
    return secret_place(home, "besa-keeper", "BESA_PASSPHRASE_FILE", HOME_PASSPHRASE, out, is_own,
                        err);
}

bool home_passphrase(const struct home *home, struct buffer *out, struct error *err)
{
    char path[HOME_PATH_SIZE];
    bool is_own = false;

    return home_passphrase_place(home, path, &is_own, err) && home_passphrase_read(path, out, err);
}

bool home_token_pin(const struct home *home, struct buffer *out, struct error *err)
{
    char path[HOME_PATH_SIZE];
    bool is_own = false;

    return (secret_place(home, "besa-token-pin", "BESA_TOKEN_PIN_FILE", HOME_TOKEN_PIN, path,
                         &is_own, err) &&
            home_passphrase_read(path, out, err)) ||
           error_add(err, "the PIN of the token that keeper_key names");
}

/* --- configuration --- */

bool home_config_load(const struct home *home, struct config *out, struct error *err)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(CONF_SIZE_MAX);
    char path[HOME_PATH_SIZE];

    if (!home_path(home, HOME_CONF, path, err) ||
        !env_read_file(env_real(), path, CONF_SIZE_MAX, &text, err))
        return false;
    return config_read(buffer_span(&text), out, err) || error_add(err, "%s", path);
}

bool home_config_save(const struct home *home, const struct config *config, struct error *err)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(CONF_SIZE_MAX);
    struct config *again = malloc(sizeof *again);
    char path[HOME_PATH_SIZE];

    if (again == NULL)
        return error_set(err, ERROR_LIMIT, "out of memory");
    /* What is written must be what is read. */
    bool ok =
        (config_write(config, &text) || error_set(err, ERROR_LIMIT, "%s is too long", HOME_CONF)) &&
        config_read(buffer_span(&text), again, err);
    free(again);
    return ok && home_path(home, HOME_CONF, path, err) &&
           env_write_file(env_real(), path, buffer_span(&text), err);
}
