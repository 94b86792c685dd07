/* Token files: see token_files.h. */
#include "keeper/token_files.h"

#include "base/attributes.h"
#include "base/landlock.h"
#include "crypto/token_signer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PATH_ROOM     4096
#define CONF_SIZE_MAX (64u * 1024u)
#define SOFTHSM       "libsofthsm"
#define SOFTHSM_CONF  "/etc/softhsm/softhsm2.conf"
#define SOFTHSM_KEY   "directories.tokendir"

static bool path_allow(const struct landlock *landlock, struct span path, uint64_t allowed,
                       bool must_be_there, struct error *err)
{
    char text[PATH_ROOM];

    if (path.size >= sizeof text)
        return error_set(err, ERROR_LIMIT, "a path of the token is too long");
    memcpy(text, path.data, path.size);
    text[path.size] = '\0';
    return landlock_path(landlock, text, allowed, must_be_there, err);
}

/* What any module needs: the libraries that it is linked with, their settings, randomness. */
static bool common_allow(const struct landlock *landlock, const char *module, struct error *err)
{
    static const char *const readable[] = {
        "/usr/lib",           "/lib",           "/lib64",
        "/etc/ssl",           "/etc/localtime", "/etc/ld.so.cache",
        "/etc/pkcs11",        "/etc/opensc",    "/usr/share/p11-kit",
        "/usr/share/zoneinfo"};
    static const char *const devices[] = {"/dev/urandom", "/dev/null"};

    for (size_t i = 0; i < ARRAY_COUNT(readable); i++)
        if (!landlock_path(landlock, readable[i], LANDLOCK_READ, false, err))
            return false;
    for (size_t i = 0; i < ARRAY_COUNT(devices); i++)
        if (!landlock_path(landlock, devices[i], LANDLOCK_READ | LANDLOCK_WRITE, false, err))
            return false;
    return landlock_path(landlock, module, LANDLOCK_READ, false, err);
}

/* --- SoftHSM --- */

static bool is_softhsm(const char *module)
{
    const char *slash = strrchr(module, '/');
    return slash != NULL && strncmp(slash + 1, SOFTHSM, strlen(SOFTHSM)) == 0;
}

static struct span trimmed(struct span text)
{
    while (text.size > 0 && (text.data[0] == ' ' || text.data[0] == '\t'))
        text = span_part(text, 1, text.size);
    while (text.size > 0 && strchr(" \t\r", text.data[text.size - 1]) != NULL)
        text.size--;
    return text;
}

/* `name = value`, the last that is said. */
static struct span conf_value(struct span conf, const char *name)
{
    struct span value = {NULL, 0};

    while (conf.size > 0) {
        size_t end = 0, equals = 0;
        while (end < conf.size && conf.data[end] != '\n')
            end++;
        while (equals < end && conf.data[equals] != '=')
            equals++;
        if (equals < end && span_is(trimmed(span_part(conf, 0, equals)), name))
            value = trimmed(span_part(conf, equals + 1, end - equals - 1));
        conf = span_part(conf, end + 1, conf.size);
    }
    return value;
}

/* A configuration that cannot be read, or names no place, is for SoftHSM itself to complain of. */
static bool softhsm_allow(const struct env *env, const struct landlock *landlock, struct error *err)
{
    struct buffer text CLEANUP(buffer_free) = buffer_make(CONF_SIZE_MAX);
    const char *said = getenv("SOFTHSM2_CONF");
    const char *conf = said != NULL && said[0] != '\0' ? said : SOFTHSM_CONF;
    struct error ignored = {0};

    if (!env_read_file(env, conf, CONF_SIZE_MAX, &text, &ignored))
        return true;
    struct span place = conf_value(buffer_span(&text), SOFTHSM_KEY);
    return landlock_path(landlock, conf, LANDLOCK_READ, false, err) &&
           (place.size == 0 || path_allow(landlock, place, LANDLOCK_CHANGE, false, err));
}

/* --- other modules --- */

static bool named_allow(const struct landlock *landlock, struct span files, struct error *err)
{
    while (files.size > 0) {
        size_t end = 0;
        while (end < files.size && files.data[end] != ':')
            end++;
        if (end > 0 && !path_allow(landlock, span_part(files, 0, end),
                                   LANDLOCK_CHANGE | LANDLOCK_DEVICE, true, err))
            return error_add(err, "keeper_key_files");
        files = span_part(files, end + 1, files.size);
    }
    return true;
}

bool token_files_limit(const struct env *env, const struct keeper_token *token, struct error *err)
{
    char module[PATH_ROOM];
    struct landlock landlock;

    if (!token_signer_module(token->uri, module, sizeof module, err))
        return false;
    bool ok = landlock_begin(&landlock, LANDLOCK_BIND | LANDLOCK_CONNECT, err) &&
              common_allow(&landlock, module, err) &&
              (!is_softhsm(module) || softhsm_allow(env, &landlock, err)) &&
              named_allow(&landlock, token->files, err);
    return landlock_end(&landlock, ok, err);
}
