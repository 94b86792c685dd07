/* What is open for an officer stays open while session, officer and role are what they were. */
#include "desk/watch.h"

#include "base/attributes.h"
#include "check.h"
#include "journal/support/pair.h"

static struct pair pair;
static struct arena arena;
static struct error err;

struct step {
    uint8_t token[LOGIN_TOKEN_SIZE];
    struct desk_session session;
    struct desk_watch watch;
    bool holds;
};

static bool begin_run(struct journal *journal, void *context, struct error *e)
{
    struct step *step = context;

    return desk_login_end(journal, span_text("ana"), span_text("192.0.2.7"), true, &arena,
                          step->token, &step->session, e);
}

static bool look_run(struct journal *journal, void *context, struct error *e)
{
    struct step *step = context;

    return desk_watch_holds(journal, &step->watch, &step->holds, e);
}

static bool logout_run(struct journal *journal, void *context, struct error *e)
{
    struct step *step = context;

    return desk_logout(journal, span_make(step->token, LOGIN_TOKEN_SIZE), span_text("192.0.2.7"),
                       &arena, e);
}

static bool begin(struct step *step)
{
    if (!pair_work(&pair.nodes[0], begin_run, step, &err))
        return false;
    step->watch = desk_watch_make(span_make(step->token, LOGIN_TOKEN_SIZE), &step->session);
    return true;
}

static bool holds(struct step *step)
{
    return pair_work(&pair.nodes[0], look_run, step, &err) && step->holds;
}

static bool put(const char *role, const char *active)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(4096);
    char arguments[200];

    snprintf(arguments, sizeof arguments,
             "{\"id\":\"ana\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":\"%s\",\"active\":%s}",
             role, active);
    return pair_act_as(&pair.nodes[0], "admin", "officer-put", arguments, &out, &err);
}

CHECK_TEST(it_ends_with_log_out_revocation_and_password)
{
    struct buffer out CLEANUP(buffer_free) = buffer_make(4096);
    struct step step;
    const struct journal *journal = &pair.nodes[0].journal;

    CHECK(begin(&step) && holds(&step));
    uint64_t changes = desk_watch_changes(journal);
    CHECK(holds(&step));
    CHECK_INT(desk_watch_changes(journal), changes); /* looking changes nothing */
    CHECK_OK(pair_work(&pair.nodes[0], logout_run, &step, &err), err);
    CHECK(desk_watch_changes(journal) > changes);
    CHECK(!holds(&step));
    CHECK(begin(&step) && holds(&step));
    changes = desk_watch_changes(journal);
    CHECK_OK(pair_act_as(&pair.nodes[0], "admin", "officer-end", "{\"id\":\"ana\"}", &out, &err),
             err);
    CHECK(desk_watch_changes(journal) > changes);
    CHECK(!holds(&step));
}

CHECK_TEST(it_ends_with_the_officer_and_with_the_role)
{
    struct step step;

    CHECK(begin(&step) && holds(&step));
    uint64_t changes = desk_watch_changes(&pair.nodes[0].journal);
    CHECK_OK(put("investigator", "true"), err);
    CHECK(desk_watch_changes(&pair.nodes[0].journal) > changes);
    CHECK(!holds(&step));
    CHECK(begin(&step) && holds(&step));
    CHECK_OK(put("investigator", "false"), err);
    CHECK(!holds(&step));
    CHECK_OK(put("head_of_desk", "true"), err);
}

CHECK_TEST(it_ends_with_time_and_looking_does_not_move_that)
{
    struct step step;

    CHECK(begin(&step));
    for (int i = 0; i < 14; i++) {
        pair_wait(60000);
        CHECK(holds(&step));
    }
    pair_wait(60000);
    CHECK(!holds(&step));
}

int main(void)
{
    struct buffer out = buffer_make(4096);

    arena = arena_make(1u << 20);
    if (!pair_make(&pair) ||
        !pair_act(&pair.nodes[0], "officer-put",
                  "{\"id\":\"admin\",\"name\":\"Test\",\"unit\":\"desk\",\"role\":"
                  "\"administrator\"}",
                  span_text(""), &out, &err))
        return 1;
    CHECK_RUN(it_ends_with_log_out_revocation_and_password);
    CHECK_RUN(it_ends_with_the_officer_and_with_the_role);
    CHECK_RUN(it_ends_with_time_and_looking_does_not_move_that);
    pair_free(&pair);
    buffer_free(&out);
    arena_free(&arena);
    return check_end();
}
