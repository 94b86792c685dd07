/* Setup: see setup.h. */
#include "cmd/setup.h"

#include "base/attributes.h"
#include "crypto/cms.h"
#include "crypto/secret.h"

#include <stdio.h>
#include <termios.h>

void buffer_wipe(struct buffer *buffer)
{
    if (buffer->data != NULL)
        secret_wipe(buffer->data, buffer->size);
    buffer_free(buffer);
}

void institution_drop(struct institution_pem *institution)
{
    buffer_wipe(&institution->key);
    buffer_wipe(&institution->passphrase);
    buffer_free(&institution->certificate);
}

static bool passphrase_load(const char *path, struct buffer *out, struct error *err)
{
    if (path == NULL)
        return true;
    if (!env_read_file(env_real(), path, PASSPHRASE_SIZE_MAX, out, err))
        return false;
    if (out->size > 0 && out->data[out->size - 1] == '\n')
        out->size--;
    return true;
}

/* Never from the command line, which every process of the machine can read. */
static bool pin_ask(struct buffer *out, struct error *err)
{
    struct termios before, silent;
    FILE *terminal = fopen("/dev/tty", "r+e");
    char line[PASSPHRASE_SIZE_MAX];

    if (terminal == NULL || tcgetattr(fileno(terminal), &before) != 0) {
        if (terminal != NULL)
            fclose(terminal);
        return error_set(err, ERROR_INPUT,
                         "no terminal to ask for the token's PIN: name a file that holds it");
    }
    silent = before;
    silent.c_lflag &= ~(tcflag_t)ECHO;
    fputs("PIN of the token: ", terminal);
    fflush(terminal);
    tcsetattr(fileno(terminal), TCSAFLUSH, &silent);
    bool ok = fgets(line, sizeof line, terminal) != NULL;
    tcsetattr(fileno(terminal), TCSAFLUSH, &before);
    fputs("\n", terminal);
    fclose(terminal);
    ok = ok && buffer_add(out, span_make(line, strcspn(line, "\n")));
    secret_wipe(line, sizeof line);
    return ok || error_set(err, ERROR_INPUT, "no PIN was typed");
}

static bool key_load(const struct institution_files *files, struct institution_pem *out,
                     struct error *err)
{
    if (files->token == NULL)
        return env_read_file(env_real(), files->key, PEM_SIZE_MAX, &out->key, err) &&
               passphrase_load(files->passphrase, &out->passphrase, err);
    if (!institution_key_is_token(span_text(files->token)))
        return error_set(err, ERROR_INPUT, "a token is named by a URI that begins with pkcs11:");
    if (!institution_token_check(span_text(files->token), err))
        return false;
    if (!buffer_text(&out->key, files->token))
        return error_set(err, ERROR_LIMIT, "the token's URI is too long");
    return files->passphrase == NULL ? pin_ask(&out->passphrase, err)
                                     : passphrase_load(files->passphrase, &out->passphrase, err);
}

bool institution_load(const struct institution_files *files, struct institution_pem *out,
                      struct error *err)
{
    *out = (struct institution_pem){.key = buffer_make(PEM_SIZE_MAX),
                                    .certificate = buffer_make(PEM_SIZE_MAX),
                                    .passphrase = buffer_make(PASSPHRASE_SIZE_MAX)};
    if ((files->key == NULL) == (files->token == NULL) || files->certificate == NULL)
        return error_set(err, ERROR_INPUT,
                         "name the institution's certificate, and its key: a file in PEM, or a "
                         "token's URI");
    return (env_read_file(env_real(), files->certificate, PEM_SIZE_MAX, &out->certificate, err) &&
            key_load(files, out, err)) ||
           error_add(err, "the institution's key");
}

bool setup_access(struct node *node, const struct options *options, const char *act,
                  const struct span *objects, size_t object_count, struct error *err)
{
    struct control_request request = {.act = span_text(act),
                                      .officer = span_text(options->officer),
                                      .reason = span_text(options->reason),
                                      .case_number = span_text(options->case_number)};

    return node_access(node, &request, act, objects, object_count, err);
}

bool setup_write(const struct home *home, const char *relative, struct span bytes,
                 struct error *err)
{
    char path[HOME_PATH_SIZE];

    return home_path(home, relative, path, err) && env_write_file(env_real(), path, bytes, err);
}

bool setup_read(const struct home *home, const char *relative, size_t limit, struct buffer *out,
                struct error *err)
{
    char path[HOME_PATH_SIZE];

    return home_path(home, relative, path, err) && env_read_file(env_real(), path, limit, out, err);
}

bool setup_write_new(const char *path, struct span bytes, struct error *err)
{
    const struct env *env = env_real();
    struct env_file *file = NULL;

    if (!env->open(env->context, path, ENV_OPEN_CREATE, &file, err)) {
        if (err->kind == ERROR_CONFLICT)
            error_set(err, ERROR_CONFLICT, "%s stands already; name a new file", path);
        return false;
    }
    bool ok =
        env->write_at(env->context, file, 0, bytes, err) && env->sync(env->context, file, err);
    env->close(env->context, file);
    return ok;
}

bool setup_open(const struct options *options, struct node **out, struct error *err)
{
    struct node_options node_options = {.lock_fd = -1, .keeper_fd = -1};

    if (!home_find(options->home, &node_options.home, err))
        return false;
    if (node_open(&node_options, out, err))
        return true;
    return err->kind == ERROR_BUSY
               ? error_add(err, "stop `besa serve` for this, then start it again")
               : false;
}
