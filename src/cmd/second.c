/* Second: see second.h. */
#include "cmd/second.h"

#include "cmd/prompt.h"
#include "cmd/setup.h"
#include "crypto/secret.h"
#include "desk/login.h"
#include "desk/password.h"
#include "store/session_rows.h"

#include <stdio.h>

/* Who answers for this act beside the officer whose act it is; empty: nobody does. */
static struct span second_of(const struct control_request *request)
{
    return span_is(request->act, "approval-confirm") ? request->officer : request->approver;
}

/* --- in the node --- */

struct proving {
    struct arena arena;
    struct span officer;
    struct credential_row credential;
    bool has_password;
};

static void proving_drop(struct proving *proving)
{
    arena_free(&proving->arena);
}

static bool password_find(struct node *node, void *context, struct error *err)
{
    struct proving *proving = context;

    proving->has_password = credential_find(node->db, &proving->arena, proving->officer,
                                            CREDENTIAL_PASSWORD, &proving->credential, err);
    if (proving->has_password)
        return true;
    bool is_absent = err->kind == ERROR_MISSING;
    if (is_absent)
        error_clear(err);
    return is_absent;
}

static bool failure_write(struct node *node, void *context, struct error *err)
{
    struct proving *proving = context;
    uint8_t token[LOGIN_TOKEN_SIZE];
    struct desk_session none;

    return desk_login_end(&node->journal, proving->officer, span_text("command line"), false,
                          &proving->arena, token, &none, err);
}

bool node_second_prove(struct node *node, bool is_pumping, const struct control_request *request,
                       struct error *err)
{
    struct proving proving CLEANUP(proving_drop) = {.arena = arena_make(64 * 1024),
                                                    .officer = second_of(request)};

    if (proving.officer.size == 0)
        return true;
    if (!node_job(node, is_pumping, password_find, &proving, err))
        return false;
    if (!proving.has_password)
        return true;
    if (one_time_is(proving.credential.secret))
        return error_set(err, ERROR_RULE,
                         "%.*s has a one-time password, which is good for setting their own: besa "
                         "officer password",
                         SPAN_ARG(proving.officer));
    if (request->proof.size == 0)
        return error_set(err, ERROR_SESSION, "the password of %.*s is wanted",
                         SPAN_ARG(proving.officer));
    if (desk_password_verify(proving.credential.secret, request->proof))
        return true;
    return node_job(node, is_pumping, failure_write, &proving, err) &&
           error_set(err, ERROR_RULE, "the password of %.*s is wrong", SPAN_ARG(proving.officer));
}

/* --- in the command --- */

static void typed_drop(struct second_typed *typed)
{
    secret_wipe(typed, sizeof *typed);
}

static bool password_type(struct span officer, struct second_typed *out, struct error *err)
{
    struct buffer typed CLEANUP(buffer_wipe) = buffer_make(PASSWORD_SIZE_MAX);
    char prompt[NAME_SIZE_MAX + 32];

    snprintf(prompt, sizeof prompt, "Password of %.*s: ", SPAN_ARG(officer));
    if (!prompt_password(prompt, &typed, err))
        return false;
    if (typed.size == 0)
        return error_set(err, ERROR_SESSION, "the password of %.*s is wanted", SPAN_ARG(officer));
    snprintf(out->officer, sizeof out->officer, "%.*s", SPAN_ARG(officer));
    snprintf(out->password, sizeof out->password, "%.*s", SPAN_ARG(buffer_span(&typed)));
    return true;
}

bool second_ask(struct control_request *request, struct second_typed *kept, second_send *send,
                void *context, struct error *err)
{
    struct second_typed typed CLEANUP(typed_drop) = {.officer = ""};
    struct span officer = second_of(request);

    request->proof = span_text("");
    if (kept != NULL && officer.size > 0 && span_is(officer, kept->officer))
        request->proof = span_text(kept->password);
    if (send(context, request, err))
        return true;
    if (err->kind != ERROR_SESSION || officer.size == 0)
        return false;
    error_clear(err);
    if (!password_type(officer, &typed, err))
        return false;
    request->proof = span_text(typed.password);
    bool ok = send(context, request, err);
    if (kept != NULL && err->kind != ERROR_RULE) /* else it may have been the password */
        *kept = typed;
    return ok;
}
