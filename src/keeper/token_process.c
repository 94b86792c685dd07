/*
 * Token process: see token_process.h. A question is role u8, set u8, message; an answer is kind u8 (0: well) and the
 * signature, or of one that makes keys the public key, or kind and text of an error. The first answer, unasked, says whether the token is open.
 */
#include "keeper/token_process.h"

#include "crypto/token_signer.h"
#include "keeper/filter.h"
#include "keeper/frame.h"
#include "keeper/keys_file.h"
#include "keeper/token_files.h"
#include "keeper/wipe.h"

#include "base/cursor.h"

#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define QUESTION_SIZE_MAX 8192 /* more than any checkpoint */
#define ANSWER_SIZE_MAX   (1 + ERROR_TEXT_SIZE)
#define ROLE_COUNT        3

struct token_server {
    int fd;
    bool is_maker; /* it makes keys, and signs nothing */
    struct token_signer *signer;
    struct {
        bool is_known;
        struct token_key key;
    } keys[UINT8_MAX + 1][ROLE_COUNT]; /* by set and role */
};

/* --- the token's end --- */

/* The options lie in memory that the fork copied. */
static void span_wipe(struct span bytes)
{
    if (bytes.size > 0)
        secret_wipe((void *)(uintptr_t)bytes.data, bytes.size);
}

static bool answer_error(struct buffer *answer, const struct error *error)
{
    buffer_clear(answer);
    return buffer_byte(answer, (uint8_t)error->kind) && buffer_add(answer, span_text(error->text));
}

static bool key_find(struct token_server *server, uint8_t role, uint8_t set, struct token_key **out,
                     struct error *err)
{
    char label[KEEPER_TOKEN_LABEL_SIZE];

    if (role >= ROLE_COUNT)
        return error_set(err, ERROR_BUG, "no such key: %u", role);
    *out = &server->keys[set][role].key;
    if (server->keys[set][role].is_known)
        return true;
    keeper_token_label(set, (enum keeper_slot)role, label);
    server->keys[set][role].is_known = token_signer_find(server->signer, label, *out, err);
    return server->keys[set][role].is_known;
}

static bool key_make(struct token_server *server, uint8_t role, uint8_t set, struct buffer *answer,
                     struct error *err)
{
    char label[KEEPER_TOKEN_LABEL_SIZE];
    struct token_key key;

    if (role >= ROLE_COUNT)
        return error_set(err, ERROR_BUG, "no such key: %u", role);
    keeper_token_label(set, (enum keeper_slot)role, label);
    if (!token_signer_make(server->signer, label, &key, err))
        return false;
    buffer_clear(answer);
    return buffer_byte(answer, ERROR_NONE) &&
           buffer_add(answer, span_make(key.public_key, sizeof key.public_key));
}

static bool question_answer(struct token_server *server, struct span question,
                            struct buffer *answer, struct error *err)
{
    struct cursor from = cursor_make(question);
    uint8_t signature[SIGNATURE_SIZE];
    struct token_key *key = NULL;
    uint8_t role = cursor_u8(&from);
    uint8_t set = cursor_u8(&from);

    if (from.failed)
        return error_set(err, ERROR_BUG, "the keeper's question was cut");
    if (server->is_maker)
        return key_make(server, role, set, answer, err);
    if (!key_find(server, role, set, &key, err) ||
        !token_signer_sign(server->signer, key, span_part(question, 2, question.size), signature,
                           err))
        return false;
    buffer_clear(answer);
    return buffer_byte(answer, ERROR_NONE) &&
           buffer_add(answer, span_make(signature, sizeof signature));
}

/* One wrong answer is no reason to end: a card may be put back. */
_Noreturn static void serve(struct token_server *server, struct buffer *question,
                            struct buffer *answer)
{
    while (keeper_frame_receive(server->fd, question)) {
        struct error err = {0};
        if (!question_answer(server, buffer_span(question), answer, &err))
            answer_error(answer, &err);
        if (!keeper_frame_send(server->fd, buffer_span(answer)))
            break;
    }
    token_signer_close(&server->signer);
    _exit(0);
}

_Noreturn static void token_process(const struct keeper_options *options, int fd, bool is_maker)
{
    struct token_server *server = calloc(1, sizeof *server);
    struct buffer question = buffer_whole(QUESTION_SIZE_MAX);
    struct buffer answer = buffer_whole(ANSWER_SIZE_MAX);
    struct error err = {0};

    span_wipe(options->passphrase);
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a module that hangs does not outlive its keeper */
    if (server == NULL || question.failed || answer.failed)
        _exit(1);
    server->fd = fd;
    server->is_maker = is_maker;
    bool ok = keeper_filter_install_token(&err) &&
              token_files_limit(options->env, options->token, &err) &&
              token_signer_open(options->token->uri, options->token->pin, &server->signer, &err);
    span_wipe(options->token->pin);
    if (!ok) {
        answer_error(&answer, &err);
        keeper_frame_send(fd, buffer_span(&answer));
        _exit(1);
    }
    buffer_byte(&answer, ERROR_NONE);
    if (!keeper_frame_send(fd, buffer_span(&answer)))
        _exit(1);
    serve(server, &question, &answer);
}

/* --- the keeper's end --- */

static bool answer_read(int fd, uint8_t *out, size_t size, struct error *err)
{
    CLEANUP(buffer_free) struct buffer answer = buffer_make(ANSWER_SIZE_MAX);

    if (!keeper_frame_receive(fd, &answer) || answer.size == 0)
        return error_set(err, ERROR_LINK, "the token's process has ended: start the node again");
    struct span rest = span_part(buffer_span(&answer), 1, answer.size);
    if (answer.data[0] != ERROR_NONE)
        return error_set(err,
                         answer.data[0] <= ERROR_BUG ? (enum error_kind)answer.data[0] : ERROR_BUG,
                         "token: %.*s", SPAN_ARG(rest));
    if (rest.size != size)
        return error_set(err, ERROR_BUG, "the token's process answered %zu bytes", rest.size);
    if (size > 0)
        memcpy(out, rest.data, size);
    return true;
}

/* All that the command has open but what goes to people and `fd`, which becomes the lowest. */
static int files_close(int fd)
{
    int lowest = STDERR_FILENO + 1;

    if (fd != lowest && dup2(fd, lowest) < 0)
        _exit(1);
    if (close_range((unsigned)lowest + 1, UINT_MAX, 0) != 0)
        _exit(1);
    return lowest;
}

/* `node_fd` -1: a maker. */
static bool process_fork(const struct keeper_options *options, int node_fd, int *out_fd,
                         pid_t *out_pid, struct error *err)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return error_set(err, ERROR_LIMIT, "cannot make a socketpair: %s", strerror(errno));
    pid_t pid = fork();
    if (pid == 0 && node_fd < 0)
        token_process(options, files_close(pair[1]), true);
    if (pid == 0) {
        close(node_fd);
        close(pair[0]);
        token_process(options, pair[1], false);
    }
    *out_pid = pid;
    close(pair[1]);
    span_wipe(options->token->pin);
    *out_fd = pair[0];
    if (pid < 0) {
        close(pair[0]);
        return error_set(err, ERROR_LIMIT, "cannot fork: %s", strerror(errno));
    }
    return answer_read(pair[0], NULL, 0, err);
}

bool token_process_start(const struct keeper_options *options, int node_fd, int *out_fd,
                         struct error *err)
{
    pid_t ignored;

    return process_fork(options, node_fd, out_fd, &ignored, err);
}

void token_maker_end(struct token_maker *maker)
{
    if (maker->fd >= 0)
        close(maker->fd); /* it ends with this */
    while (maker->pid > 0 && waitpid(maker->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    *maker = (struct token_maker){.fd = -1};
}

bool token_maker_start(const struct keeper_options *options, struct token_maker *out,
                       struct error *err)
{
    *out = (struct token_maker){.fd = -1};
    if (process_fork(options, -1, &out->fd, &out->pid, err))
        return true;
    token_maker_end(out);
    return false;
}

static bool token_sign(void *context, uint8_t set, enum keeper_slot role, struct span message,
                       uint8_t out[SIGNATURE_SIZE], struct error *err)
{
    int fd = (int)(intptr_t)context;
    CLEANUP(buffer_free) struct buffer question = buffer_make(QUESTION_SIZE_MAX);

    buffer_byte(&question, (uint8_t)role);
    buffer_byte(&question, set);
    if (!buffer_add(&question, message))
        return error_set(err, ERROR_LIMIT, "%zu bytes to sign", message.size);
    if (!keeper_frame_send(fd, buffer_span(&question)))
        return error_set(err, ERROR_LINK, "the token's process has ended: start the node again");
    return answer_read(fd, out, SIGNATURE_SIZE, err);
}

static bool token_make(void *context, uint8_t set, enum keeper_slot role,
                       uint8_t out[SIGNATURE_PUBLIC_SIZE], struct error *err)
{
    int fd = (int)(intptr_t)context;
    const uint8_t question[] = {(uint8_t)role, set};

    if (!keeper_frame_send(fd, span_make(question, sizeof question)))
        return error_set(err, ERROR_LINK, "the token's process has ended");
    return answer_read(fd, out, SIGNATURE_PUBLIC_SIZE, err);
}

struct keeper_signer token_maker_signer(const struct token_maker *maker)
{
    return (struct keeper_signer){.context = (void *)(intptr_t)maker->fd, .make = token_make};
}

struct keeper_signer token_process_signer(int fd)
{
    return (struct keeper_signer){.context = (void *)(intptr_t)fd, .sign = token_sign};
}
