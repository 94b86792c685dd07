/* Session: see session.h. */
#include "cmd/session.h"

#include "cmd/node.h"
#include "cmd/second.h"

bool session_open(const struct options *options, struct session *out, struct error *err)
{
    *out = (struct session){.options = options};
    if (!home_find(options->home, &out->home, err))
        return false;
    if (control_is_running(&out->home))
        return true;
    struct progress progress = {.options = options, .what = "rebuilding the tables"};
    struct node_options node_options = {.home = out->home,
                                        .lock_fd = -1,
                                        .keeper_fd = -1,
                                        .progress = progress_show,
                                        .progress_context = &progress};
    bool ok = node_open(&node_options, &out->node, err);
    progress_end(&progress);
    if (!ok)
        return false;
    command_note(options, "no node runs here: what is written waits for `besa serve`");
    return true;
}

void session_close(struct session *session)
{
    node_close(&session->node);
}

struct sending {
    struct session *session;
    int fd;
    control_progress *shown;
    struct progress progress;
    struct buffer *result;
    struct problems *problems;
};

static bool request_send(void *context, const struct control_request *request, struct error *err)
{
    struct sending *sending = context;
    struct session *session = sending->session;

    return session->node == NULL
               ? control_call(&session->home, request, sending->fd, sending->shown,
                              &sending->progress, sending->result, sending->problems, err)
               : node_request(session->node, request, sending->fd, true, sending->shown,
                              &sending->progress, sending->result, sending->problems, err);
}

bool session_ask(struct session *session, const char *act, struct span arguments, struct span body,
                 int fd, const char *what, struct buffer *result, struct problems *problems,
                 struct error *err)
{
    const struct options *options = session->options;
    struct control_request request = {.act = span_text(act),
                                      .officer = span_text(options->officer),
                                      .reason = span_text(options->reason),
                                      .case_number = span_text(options->case_number),
                                      .approver = span_text(options->approver),
                                      .ask = span_text(options->ask),
                                      .arguments = arguments,
                                      .body = body};
    struct sending sending = {.session = session,
                              .fd = fd,
                              .shown = what == NULL ? NULL : progress_show,
                              .progress = {.options = options, .what = what == NULL ? act : what},
                              .result = result,
                              .problems = problems};

    bool ok = second_ask(&request, options->typed, request_send, &sending, err);
    progress_end(&sending.progress);
    return ok;
}

static bool ask(const struct options *options, const char *act, const char *what,
                struct span arguments, struct span body, struct buffer *result,
                struct problems *problems, struct error *err)
{
    struct session session;

    bool ok = session_open(options, &session, err) &&
              session_ask(&session, act, arguments, body, -1, what, result, problems, err);
    session_close(&session);
    return ok;
}

bool command_ask(const struct options *options, const char *act, struct span arguments,
                 struct span body, struct buffer *result, struct problems *problems,
                 struct error *err)
{
    return ask(options, act, NULL, arguments, body, result, problems, err);
}

static int act_show(const struct options *options, const char *act, const char *what,
                    struct span arguments, struct span body)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(CONTROL_REPLY_SIZE_MAX);
    struct problems problems;
    struct error err = {0};

    problems_clear(&problems);
    if (!ask(options, act, what, arguments, body, &result, &problems, &err))
        return command_fail_problems(options, &err, &problems);
    return command_show(options, buffer_span(&result));
}

int command_act(const struct options *options, const char *act, struct span arguments,
                struct span body)
{
    return act_show(options, act, NULL, arguments, body);
}

int command_act_long(const struct options *options, const char *act, const char *what,
                     struct span arguments)
{
    return act_show(options, act, what, arguments, span_make(NULL, 0));
}
