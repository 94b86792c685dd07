/* What a person would not do each time, and a test must: see demo.h. */
#include "cmd/demo.h"

#include "base/attributes.h"
#include "base/text.h"
#include "cmd/demo_run.h"
#include "cmd/node.h"
#include "store/schema.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool place_verify(const struct place *place, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct place without_case = *place;
    struct asking asking = {.officer = place->admin, .reason = "check", .act = "verify", .fd = -1};

    without_case.case_number = NULL;
    if (!place_ask(&without_case, &asking, &result, err))
        return false;
    if (!json_get_boolean(&result->object, "clean"))
        return error_set(err, ERROR_STORE, "`besa verify` in %s: %.*s", place->city,
                         SPAN_ARG(span_part(buffer_span(&result->text), 0, 300)));
    demo_say(place,
             "verified: %" PRId64 " logs, %" PRId64 " entries, %" PRId64 " receipts, %" PRId64
             " bodies, nothing wrong",
             json_get_integer(&result->object, "logs", 0, JSON_INTEGER_MAX),
             json_get_integer(&result->object, "entries", 0, JSON_INTEGER_MAX),
             json_get_integer_optional(&result->object, "receipts", 0, JSON_INTEGER_MAX, 0),
             json_get_integer_optional(&result->object, "bodies", 0, JSON_INTEGER_MAX, 0));
    return true;
}

bool demo_step_verify(struct demo *demo, struct error *err)
{
    return place_verify(&demo->ro, err) && place_verify(&demo->al, err);
}

/* Exports one log at `place` and verifies the files with keys alone, without a home. */
static bool log_check(const struct place *place, const struct place *other, const char *origin,
                      struct error *err)
{
    char directory[PATH_SIZE], vkey[512], custody[512];

    snprintf(directory, sizeof directory, "%s/export-%s-%.2s", DEMO_DIRECTORY, place->party,
             origin);
    if (!run_remove(directory, err))
        return false;
    const char *vkey_words[] = {"--json", "--home", place->home, "log", "vkey", origin, NULL};
    const char *custody_words[] = {"--json",    "--home",  place->home,  "log", "vkey",
                                   "--custody", "--party", other->party, NULL};
    const char *export_words[] = {"--json",   "--home", place->home, "--officer", place->admin,
                                  "--reason", "check",  "log",       "export",    directory,
                                  "--log",    origin,   NULL};
    const char *verify_words[] = {"--json", "verify",         directory, "--vkey",
                                  vkey,     "--custody-vkey", custody,   NULL};
    return demo_typed(vkey_words, "vkey", vkey, sizeof vkey, err) &&
           demo_typed(custody_words, "vkey", custody, sizeof custody, err) &&
           demo_typed(export_words, NULL, NULL, 0, err) &&
           demo_typed(verify_words, NULL, NULL, 0, err);
}

/* The outgoing log of each, from its writer and from its mirror. */
bool demo_step_export(struct demo *demo, struct error *err)
{
    static const char ro_log[] = "ro/ro-al/to/al/0", al_log[] = "al/ro-al/to/ro/0";

    return log_check(&demo->ro, &demo->al, ro_log, err) &&
           log_check(&demo->al, &demo->al, ro_log, err) &&
           log_check(&demo->al, &demo->ro, al_log, err) &&
           log_check(&demo->ro, &demo->ro, al_log, err);
}

static bool derived_row(void *context, const char *table, struct span text)
{
    struct digest *digest = context;

    digest_add(digest, span_make(table, strlen(table) + 1));
    digest_add(digest, text);
    return true;
}

/* Digest of every derived row. */
static bool derived_digest(const struct place *place, uint8_t out[DIGEST_SIZE], struct error *err)
{
    struct node *node = NULL;
    struct home home;
    struct digest *digest = digest_begin();

    bool ok = (digest != NULL || error_set(err, ERROR_LIMIT, "out of memory")) &&
              home_find(place->home, &home, err) && node_open_reader(&home, &node, err) &&
              database_begin(node->db, DATABASE_NORMAL, err);
    if (ok) {
        ok = schema_walk_derived(node->db, derived_row, digest, err);
        database_rollback(node->db);
    }
    node_close(&node);
    if (ok) {
        digest_end(digest, out);
        digest = NULL;
    }
    digest_drop(&digest);
    return ok;
}

/* The rows after a rebuild are those of before. Rows may still come from the partner meanwhile, so it is tried again. */
static bool place_rebuild(const struct place *place, struct error *err)
{
    enum { TRIES = 5 };
    uint8_t before[DIGEST_SIZE], after[DIGEST_SIZE];
    struct place without_case = *place;

    without_case.case_number = NULL;
    for (int i = 0; i < TRIES; i++) {
        struct result *result CLEANUP(result_free) = NULL;
        struct asking asking = {
            .officer = place->admin, .reason = "check", .act = "rebuild", .fd = -1};
        if (!derived_digest(place, before, err) ||
            !place_ask(&without_case, &asking, &result, err) || !derived_digest(place, after, err))
            return false;
        if (digest_is_equal(before, after)) {
            demo_say(place, "rebuilt from the log: every derived row is the same");
            return true;
        }
        run_sleep_ms(1000);
    }
    return error_set(err, ERROR_STORE, "%s: the rebuilt state differs from the live one",
                     place->city);
}

bool demo_step_rebuild(struct demo *demo, struct error *err)
{
    return place_rebuild(&demo->ro, err) && place_rebuild(&demo->al, err);
}
