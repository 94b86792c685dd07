/* The demonstration's homes, nodes and people, as a person makes them in the first hour: see demo.h. */
#include "cmd/demo.h"

#include "base/attributes.h"
#include "base/text.h"
#include "cmd/demo_run.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* --- setting up: the commands of the first hour, as a person types them --- */

/* Runs one command and, with `field`, copies that field of its result. */
bool demo_typed(const char *const *words, const char *field, char *out, size_t size,
                struct error *err)
{
    struct result *result CLEANUP(result_free) = result_make(err);

    printf("          $ besa");
    for (size_t i = 0; words[i] != NULL; i++)
        if (strcmp(words[i], "--json") != 0)
            printf(strchr(words[i], ' ') == NULL ? " %s" : " \"%s\"", words[i]);
    printf("\n");
    if (result == NULL || !run_besa(words, &result->text, err))
        return false;
    if (field == NULL)
        return true;
    return (result_parse(result, err) && result_field(&result->object, field, out, size)) ||
           error_set(err, ERROR_BUG, "`besa` said no %s", field);
}

bool place_init(const struct place *place, unsigned port, struct error *err)
{
    char listen[64];

    snprintf(listen, sizeof listen, "127.0.0.1:%u", port);
    const char *words[] = {"--json",           "--home",
                           place->home,        "--officer",
                           place->admin,       "--reason",
                           "installation",     "init",
                           "--party",          place->party,
                           "--listen",         listen,
                           "--contact",        place->contact,
                           "--officer-name",   place->admin_name,
                           "--training",       "--make-institution",
                           place->institution, "--desk-listen",
                           "127.0.0.1:0",      NULL};
    return demo_typed(words, NULL, NULL, 0, err);
}

bool place_export(const struct place *place, char fingerprint[64], struct error *err)
{
    char file[PATH_SIZE], secret[PATH_SIZE];

    snprintf(file, sizeof file, "%s/%s.pairing", DEMO_DIRECTORY, place->party);
    snprintf(secret, sizeof secret, "%s/%s.secret", DEMO_DIRECTORY, place->party);
    const char *words[] = {"--json", "--home",   place->home, "pair", "export",
                           file,     "--secret", secret,      NULL};
    if (!demo_typed(words, "fingerprint", fingerprint, 64, err))
        return false;
    demo_say(place, "reads its fingerprint over the telephone: %s", fingerprint);
    return true;
}

bool place_import(const struct place *place, const struct place *partner, const char *fingerprint,
                  struct error *err)
{
    char file[PATH_SIZE], secret[PATH_SIZE];

    snprintf(file, sizeof file, "%s/%s.pairing", DEMO_DIRECTORY, partner->party);
    snprintf(secret, sizeof secret, "%s/%s.secret", DEMO_DIRECTORY, partner->party);
    const char *words[] = {"--json",        "--home",    place->home, "--officer", place->admin,
                           "--reason",      "pairing",   "pair",      "import",    file,
                           "--fingerprint", fingerprint, "--secret",  secret,      NULL};
    return demo_typed(words, NULL, NULL, 0, err);
}

static bool agreement_make(struct demo *demo, struct error *err)
{
    static const char draft[] = DEMO_DIRECTORY "/ro-al.json";
    static const char once[] = DEMO_DIRECTORY "/ro-al.signed-once";
    static const char both[] = DEMO_DIRECTORY "/ro-al.agreement";
    const char *draft_words[] = {"--json",        "--home",    demo->ro.home, "agreement",
                                 "draft",         "--partner", "al",          "--valid-days",
                                 DEMO_VALID_DAYS, draft,       NULL};
    const char *sign_words[] = {"--json", "--home",   demo->ro.home, "agreement", "sign",
                                draft,    "--output", once,          NULL};
    const char *countersign_words[] = {"--json",    "--home",      demo->al.home,
                                       "agreement", "countersign", once,
                                       "--output",  both,          NULL};

    if (!demo_typed(draft_words, NULL, NULL, 0, err) ||
        !demo_typed(sign_words, NULL, NULL, 0, err) ||
        !demo_typed(countersign_words, NULL, NULL, 0, err))
        return false;
    const struct place *places[] = {&demo->ro, &demo->al};
    for (size_t i = 0; i < ARRAY_COUNT(places); i++) {
        const char *words[] = {"--json",
                               "--home",
                               places[i]->home,
                               "--officer",
                               places[i]->admin,
                               "--reason",
                               "agreement signed by both",
                               "agreement",
                               "import",
                               both,
                               NULL};
        if (!demo_typed(words, NULL, NULL, 0, err))
            return false;
    }
    return true;
}

/* The secret halves have done their work. */
static bool secrets_remove(struct error *err)
{
    return run_remove(DEMO_DIRECTORY "/ro.secret", err) &&
           run_remove(DEMO_DIRECTORY "/al.secret", err);
}

/* Three nodes: two of them paired and under their agreement, and Greece under one of its own. */
bool demo_homes_make(struct demo *demo, struct error *err)
{
    const struct env *env = env_real();
    char fingerprints[2][64];
    unsigned ports[2];

    return env->make_dir(env->context, "build", err) &&
           env->make_dir(env->context, DEMO_DIRECTORY, err) && run_free_ports(ports, 2, err) &&
           place_init(&demo->ro, ports[0], err) && place_init(&demo->al, ports[1], err) &&
           place_export(&demo->ro, fingerprints[0], err) &&
           place_export(&demo->al, fingerprints[1], err) &&
           place_import(&demo->ro, &demo->al, fingerprints[1], err) &&
           place_import(&demo->al, &demo->ro, fingerprints[0], err) && secrets_remove(err) &&
           agreement_make(demo, err) && demo_third_make(demo, err);
}

bool demo_step_homes(struct demo *demo, struct error *err)
{
    static const char ready[] = DEMO_DIRECTORY "/ready";
    const char *fresh = getenv("FRESH");

    if (((fresh != NULL && strcmp(fresh, "1") == 0) || !run_exists(ready)) &&
        !run_remove(DEMO_DIRECTORY, err))
        return false;
    demo->is_new = !run_exists(ready);
    return !demo->is_new ||
           (demo_past_make(demo, err) &&
            env_write_file(env_real(), ready, span_text("three training nodes\n"), err));
}

/* --- running --- */

bool place_start(struct place *place, struct error *err)
{
    char log[PATH_SIZE];
    const char *words[] = {"--home", place->home, "serve", NULL};

    snprintf(log, sizeof log, "%s/%s.log", DEMO_DIRECTORY, place->party);
    return run_start(words, log, &place->pid, err);
}

bool place_is_answering(const struct place *place)
{
    struct home home;
    struct error ignored = {0};
    return home_find(place->home, &home, &ignored) && control_is_running(&home);
}

static bool nodes_answer(struct demo *demo, struct error *err)
{
    (void)err;
    return place_is_answering(&demo->ro) && place_is_answering(&demo->al);
}

bool demo_step_start(struct demo *demo, struct error *err)
{
    if (!place_start(&demo->ro, err) || !place_start(&demo->al, err) ||
        !demo_wait(demo, nodes_answer, WAIT_MS, "starting both nodes", err))
        return false;
    demo_say(&demo->ro, "node runs (process %d)", (int)demo->ro.pid);
    demo_say(&demo->al, "node runs (process %d)", (int)demo->al.pid);
    return true;
}

bool place_case(const struct place *place, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct buffer arguments CLEANUP(buffer_free) = buffer_make(1024);

    buffer_format(&arguments, "{\"number\":\"%s\",\"title\":\"Exercise: van near Calafat\"}",
                  place->case_number);
    struct place without_case = *place;
    without_case.case_number = NULL;
    struct asking asking = {.officer = place->officer,
                            .reason = "exercise",
                            .act = "case-put",
                            .arguments = buffer_span(&arguments),
                            .fd = -1};
    return place_ask(&without_case, &asking, &result, err);
}

/* Where the console is, and who can log in; its port was any free one. */
static bool api_say(const struct place *place, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct place without_case = *place;

    without_case.case_number = NULL;
    struct asking asking = {
        .officer = place->admin, .reason = "installation", .act = "status", .fd = -1};
    if (!place_ask(&without_case, &asking, &result, err))
        return false;
    int64_t port = json_get_integer_optional(&result->object, "desk_port", 1, UINT16_MAX, 0);
    if (port > 0)
        demo_say(place,
                 "console at https://127.0.0.1:%d/console: officer %s, password exercise-%s, "
                 "case %s; a second officer: %s, exercise-%s",
                 (int)port, demo_duty_officer(place), demo_duty_officer(place), place->case_number,
                 demo_head(place), demo_head(place));
    return true;
}

bool demo_step_people(struct demo *demo, struct error *err)
{
    const struct place *places[] = {&demo->ro, &demo->al};

    for (size_t i = 0; i < ARRAY_COUNT(places); i++)
        if (!api_say(places[i], err))
            return false;
    return !demo->is_new || (place_case(&demo->ro, err) && place_case(&demo->al, err));
}
