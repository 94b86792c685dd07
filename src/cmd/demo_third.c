/*
 * Greece in the demonstration: a third node under an agreement of its own with Romania. It shows that a partner more changes
 * nothing for the others: what Tirana sent to Bucharest is in Athens as if it never was.
 */
#include "cmd/demo.h"

#include "base/attributes.h"
#include "cmd/demo_data.h"
#include "cmd/demo_run.h"

#include <stdio.h>
#include <string.h>

#define AGREEMENT "gr-ro"

static bool athens_init(const struct place *gr, struct error *err)
{
    char listen[64];
    unsigned port = 0;

    if (!run_free_ports(&port, 1, err))
        return false;
    snprintf(listen, sizeof listen, "127.0.0.1:%u", port);
    const char *words[] = {"--json",         "--home",
                           gr->home,         "--officer",
                           gr->admin,        "--reason",
                           "installation",   "init",
                           "--party",        gr->party,
                           "--state",        "Greece",
                           "--status",       "eu_member",
                           "--time-zone",    "Europe/Athens",
                           "--language",     "el",
                           "--language",     "en",
                           "--authority",    "spoc-gr=Single Point of Contact, Athens",
                           "--listen",       listen,
                           "--contact",      gr->contact,
                           "--officer-name", gr->admin_name,
                           "--training",     "--make-institution",
                           gr->institution,  "--desk-listen",
                           "127.0.0.1:0",    NULL};
    return demo_typed(words, NULL, NULL, 0, err);
}

/* The files of one side for this pairing; Bucharest's others were for Tirana. */
struct given {
    const char *file;
    const char *secret;
    char fingerprint[64];
};

static bool give(const struct place *place, struct given *given, struct error *err)
{
    const char *words[] = {"--json",    "--home",   place->home,   "pair", "export",
                           given->file, "--secret", given->secret, NULL};

    return demo_typed(words, "fingerprint", given->fingerprint, sizeof given->fingerprint, err);
}

static bool take(const struct place *place, const struct given *given, struct error *err)
{
    const char *words[] = {
        "--json",        "--home",           place->home, "--officer",   place->admin,
        "--reason",      "pairing",          "pair",      "import",      given->file,
        "--fingerprint", given->fingerprint, "--secret",  given->secret, NULL};
    return demo_typed(words, NULL, NULL, 0, err);
}

static bool athens_pair(const struct place *ro, const struct place *gr, struct error *err)
{
    struct given bucharest = {.file = DEMO_DIRECTORY "/ro-gr.pairing",
                              .secret = DEMO_DIRECTORY "/ro-gr.secret"};
    struct given athens = {.file = DEMO_DIRECTORY "/gr.pairing",
                           .secret = DEMO_DIRECTORY "/gr.secret"};

    return give(ro, &bucharest, err) && give(gr, &athens, err) && take(ro, &athens, err) &&
           take(gr, &bucharest, err) && run_remove(bucharest.secret, err) &&
           run_remove(athens.secret, err);
}

static bool adopt(const struct place *place, const char *both, struct error *err)
{
    const char *words[] = {"--json",
                           "--home",
                           place->home,
                           "--officer",
                           place->admin,
                           "--reason",
                           "agreement signed by both",
                           "agreement",
                           "import",
                           both,
                           NULL};
    return demo_typed(words, NULL, NULL, 0, err);
}

static bool athens_agree(const struct place *ro, const struct place *gr, struct error *err)
{
    static const char draft[] = DEMO_DIRECTORY "/gr-ro.json";
    static const char once[] = DEMO_DIRECTORY "/gr-ro.signed-once";
    static const char both[] = DEMO_DIRECTORY "/gr-ro.agreement";
    const char *draft_words[] = {"--json",        "--home",    ro->home,  "agreement",
                                 "draft",         "--partner", gr->party, "--valid-days",
                                 DEMO_VALID_DAYS, draft,       NULL};
    const char *sign_words[] = {"--json", "--home",   ro->home, "agreement", "sign",
                                draft,    "--output", once,     NULL};
    const char *countersign_words[] = {"--json", "--home",   gr->home, "agreement", "countersign",
                                       once,     "--output", both,     NULL};

    return demo_typed(draft_words, NULL, NULL, 0, err) &&
           demo_typed(sign_words, NULL, NULL, 0, err) &&
           demo_typed(countersign_words, NULL, NULL, 0, err) && adopt(ro, both, err) &&
           adopt(gr, both, err);
}

bool demo_third_make(struct demo *demo, struct error *err)
{
    return athens_init(&demo->gr, err) && athens_pair(&demo->ro, &demo->gr, err) &&
           athens_agree(&demo->ro, &demo->gr, err);
}

static bool athens_answers(struct demo *demo, struct error *err)
{
    (void)err;
    return place_is_answering(&demo->gr);
}

bool demo_step_third(struct demo *demo, struct error *err)
{
    if (!place_start(&demo->gr, err) ||
        !demo_wait(demo, athens_answers, WAIT_MS, "starting Athens' node", err))
        return false;
    demo_say(&demo->gr, "node runs (process %d), under agreement %s with Bucharest",
             (int)demo->gr.pid, AGREEMENT);
    return !demo->is_new || place_case(&demo->gr, err);
}

static bool athens_has_received(struct demo *demo, struct error *err)
{
    char time[TIME_TEXT_SIZE];

    if (!place_receipt(&demo->ro, demo->greek, time, err))
        return false;
    demo_say(&demo->ro, "received %.8s by Athens", time + 11);
    return true;
}

static bool greek_send(struct demo *demo, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct buffer body CLEANUP(buffer_free) = buffer_make(BODY_SIZE_MAX);
    struct asking asking = {.officer = demo->ro.officer,
                            .act = "request-send",
                            .arguments = span_text("{\"agreement\":\"" AGREEMENT "\"}"),
                            .fd = -1};

    if (!demo_request("RO-EXERCISE-GR", demo_now_ms(), &body, err))
        return false;
    asking.body = buffer_span(&body);
    if (!place_ask(&demo->ro, &asking, &result, err))
        return false;
    demo_say(&demo->ro, "%s asks Athens too, under agreement %s", demo->ro.officer_name, AGREEMENT);
    return result_field(&result->object, "item", demo->greek, sizeof demo->greek) ||
           error_set(err, ERROR_BUG, "the request has no id");
}

/* The same words as of an id that was never given. */
static bool is_as_none(struct demo *demo, const char *item, struct error *err)
{
    struct result *result CLEANUP(result_free) = NULL;
    struct error found = {0}, none = {0};

    if (place_show(&demo->gr, item, &result, &found))
        return error_set(err, ERROR_CONFLICT, "Athens shows what was said under ro-al");
    place_show(&demo->gr, "01890a5d-ac96-774b-bcce-b302099a8057", &result, &none);
    return (found.kind == ERROR_MISSING && none.kind == ERROR_MISSING) ||
           error_set(err, ERROR_CONFLICT, "Athens tells an item of ro-al from none: %s",
                     found.text);
}

bool demo_step_apart(struct demo *demo, struct error *err)
{
    if (!greek_send(demo, err) ||
        !demo_wait(demo, athens_has_received, WAIT_MS, "Athens' receipt", err) ||
        !is_as_none(demo, demo->request, err) || !is_as_none(demo, demo->answer, err))
        return false;
    demo_say(&demo->gr, "%s looks for Tirana's answer to Bucharest: there is no such item here",
             demo->gr.officer_name);
    return true;
}
