/*
 * Import: how fast files of people are read (each format, one core, to the checked person), and how fast the node takes them in:
 * the act with its JSON, rows and sync in the running node, then until the last one is searchable. All people are invented.
 */
#include "bench.h"
#include "scene.h"

#include "desk/own_file.h"
#include "desk/own_slice.h"
#include "desk/own_index.h"
#include "base/json.h"
#include "store/own_rows.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define PARSE_PEOPLE 200000u
#define TAKE_PEOPLE  40000u
#define SLICE        OWN_SLICE_MAX
#define DIGEST       "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"

/* --- invented people --- */

static const char *const syllables[] = {"ba", "ri", "shko", "du", "mel",  "to", "vi", "lan",
                                        "ge", "fi", "zu",   "ka", "pren", "so", "li", "mur"};

static void name_make(uint32_t *state, char *out, size_t room)
{
    size_t at = 0;

    *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
    for (uint32_t left = 2 + (*state >> 30) % 2; left > 0; left--) {
        *state = *state * UINT32_C(1664525) + UINT32_C(1013904223);
        at += (size_t)snprintf(out + at, room - at, "%s", syllables[*state >> 28]);
    }
}

static void person_write(FILE *file, enum own_file_format format, uint32_t number)
{
    uint32_t state = number * UINT32_C(2654435761) + 7;
    char family[32], given[32];
    unsigned year, month, day, phone;

    name_make(&state, family, sizeof family);
    name_make(&state, given, sizeof given);
    year = 1950 + (state >> 8) % 55;
    month = 1 + (state >> 14) % 12;
    day = 2 + (state >> 20) % 27;
    phone = 6900000u + number % 99999u;
    switch (format) {
    case OWN_FILE_CSV:
        fprintf(file, "x-%u,%s,%s,%04u-%02u-%02u,AL,AL:BX%07u,+35569%07u\n", number, family, given,
                year, month, day, number, phone);
        break;
    case OWN_FILE_FTM:
        fprintf(
            file,
            "{\"id\":\"x-%u\",\"schema\":\"Person\",\"properties\":{\"lastName\":[\"%s\"],\"firstName\":[\"%s\"],"
            "\"birthDate\":[\"%04u-%02u-%02u\"],\"nationality\":[\"al\"],\"passportNumber\":[\"BX%07u\"],"
            "\"phone\":[\"+35569%07u\"]}}\n",
            number, family, given, year, month, day, number, phone);
        break;
    case OWN_FILE_XML:
        fprintf(
            file,
            "<Person id=\"x-%u\"><FamilyName>%s</FamilyName><FirstName>%s</FirstName><DateOfBirth>%04u-%02u-%02u"
            "</DateOfBirth><Nationality>AL</Nationality><PassportNumber>BX%07u</PassportNumber><PhoneNumber>"
            "+35569%07u</PhoneNumber></Person>\n",
            number, family, given, year, month, day, number, phone);
        break;
    case OWN_FILE_FORMAT_COUNT:
        break;
    }
}

static FILE *file_make(enum own_file_format format, uint32_t count)
{
    FILE *file = tmpfile();

    if (file == NULL)
        return NULL;
    if (format == OWN_FILE_CSV)
        fprintf(file, "external,family,given,birth_date,nationality,passport,phone\n");
    if (format == OWN_FILE_XML)
        fprintf(file, "<people>\n");
    for (uint32_t i = 0; i < count; i++)
        person_write(file, format, i);
    if (format == OWN_FILE_XML)
        fprintf(file, "</people>\n");
    rewind(file);
    return file;
}

static void usual_make(struct own_entry *usual)
{
    struct marking *marking = &usual->person.marking;

    *usual = (struct own_entry){.person = {.link_to_purpose = span_text("benchmark")}};
    marking->type = ENTITY_PERSON;
    marking->schema_version = MARKING_SCHEMA;
    marking->origin_party = span_text("ro");
    marking->origin_ref = span_text("register");
    marking->purpose = PURPOSE_INVESTIGATION;
    marking->offences = 1;
    marking->info_eval = 2;
    marking->handling = HANDLING_BIT(HANDLING_H0);
    marking->as_of_ms = marking->recorded_at_ms = INT64_C(1768176000000);
    marking->recorded_by = span_text("import");
    marking->review_at_ms = INT64_C(1783728000000);
    marking->erase_at_ms = INT64_C(1799280000000);
}

static bool reader_open(FILE *file, enum own_file_format format, struct own_entry *usual,
                        struct own_xml_mapping *mapping, struct own_file **out)
{
    struct error err = {0};

    usual_make(usual);
    if (file != NULL && own_xml_mapping_read(span_text(own_xml_mapping_usual), mapping, &err) &&
        own_file_open(file, format, usual, mapping, span_text("register"), out, &err))
        return true;
    bench_say("import FAILED: %s\n", err.text);
    return false;
}

/* --- reading --- */

static double cpu_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static bool read_once(FILE *file, enum own_file_format format, double *per_s)
{
    static struct own_xml_mapping mapping;
    struct own_entry usual;
    struct own_entry entry;
    struct own_file *reader = NULL;
    struct error err = {0};
    uint32_t people = 0;
    enum own_file_step step;

    rewind(file);
    double began = cpu_now();
    if (!reader_open(file, format, &usual, &mapping, &reader))
        return false;
    while ((step = own_file_next(reader, &entry, &err)) != OWN_FILE_END && step != OWN_FILE_FAILED)
        people += step == OWN_FILE_PERSON;
    *per_s = people / (cpu_now() - began);
    own_file_close(&reader);
    return people == PARSE_PEOPLE;
}

static bool reading(void)
{
    static const char *const ids[] = {"import_csv_per_s", "import_ftm_per_s", "import_xml_per_s"};
    struct bench_series series[OWN_FILE_FORMAT_COUNT] = {{.count = 0}};
    FILE *files[OWN_FILE_FORMAT_COUNT];
    bool ok = true;

    for (size_t i = 0; i < OWN_FILE_FORMAT_COUNT; i++) {
        files[i] = file_make((enum own_file_format)i, PARSE_PEOPLE);
        ok = ok && files[i] != NULL;
    }
    for (size_t round = 0; ok && round < BENCH_ROUNDS; round++)
        for (size_t i = 0; ok && i < OWN_FILE_FORMAT_COUNT; i++) {
            double per_s = 0;
            ok = read_once(files[i], (enum own_file_format)i, &per_s);
            bench_add(&series[i], per_s);
        }
    for (size_t i = 0; i < OWN_FILE_FORMAT_COUNT; i++) {
        if (files[i] != NULL)
            fclose(files[i]);
        if (ok)
            bench_promise(ids[i], &series[i], "people/s of one core's time", ">=100000", "");
    }
    return ok;
}

/* --- taking in --- */

static bool act(struct node *node, const char *name, struct span arguments, struct span body)
{
    struct buffer result CLEANUP(buffer_free) = buffer_make(65536);
    static struct problems problems;
    struct error err = {0};
    struct control_request request = {.act = span_text(name),
                                      .officer = span_text("ana"),
                                      .reason = span_text("benchmark"),
                                      .case_number = span_text("c-1"),
                                      .arguments = arguments,
                                      .body = body};

    problems_clear(&problems);
    if (node_act(node, &request, false, &result, &problems, &err))
        return true;
    bench_say("import FAILED: %s: %s\n", name, err.text);
    return false;
}

static bool slices_take(struct node *node, struct own_file *reader, const struct own_entry *usual)
{
    struct buffer body CLEANUP(buffer_free) = buffer_make(1 << 20);
    struct own_entry entry;
    struct error err = {0};
    uint64_t done = 0;
    uint32_t count = 0;
    char arguments[200];
    enum own_file_step step = OWN_FILE_PERSON;

    while (step != OWN_FILE_END) {
        step = own_file_next(reader, &entry, &err);
        if (step == OWN_FILE_PERSON) {
            if (count++ == 0)
                own_slice_begin(&body, usual);
            buffer_add(&body, own_file_text(reader));
        }
        if (count < SLICE && step != OWN_FILE_END)
            continue;
        if (count == 0)
            break;
        snprintf(arguments, sizeof arguments,
                 "{\"digest\":\"" DIGEST "\",\"from\":%" PRIu64 ",\"to\":%" PRIu64
                 ",\"refused\":0}",
                 done, own_file_line(reader));
        if (body.failed || !act(node, "own-import-take", span_text(arguments), buffer_span(&body)))
            return false;
        done = own_file_line(reader);
        count = 0;
        buffer_clear(&body);
    }
    return true;
}

static bool until_searchable(struct node *node)
{
    struct own_index *index = node->journal.own_index;
    double began = bench_now();

    while (own_index_position(index) < TAKE_PEOPLE && bench_now() - began < 60)
        usleep(2000);
    return own_index_position(index) >= TAKE_PEOPLE;
}

static bool taking(void)
{
    static struct own_xml_mapping mapping;
    struct bench_series taken = {.count = 0}, core = {.count = 0}, searchable = {.count = 0};
    struct own_entry usual;
    struct own_file *reader = NULL;
    struct scene scene = {.node = NULL};
    struct error err = {0};
    FILE *file = file_make(OWN_FILE_CSV, TAKE_PEOPLE);
    bool ok = scene_open(&scene, &err);

    if (!ok)
        bench_say("import FAILED: %s\n", err.text);
    ok = ok && reader_open(file, OWN_FILE_CSV, &usual, &mapping, &reader) &&
         act(scene.node, "own-import-begin",
             span_text("{\"digest\":\"" DIGEST "\",\"source\":\"register\"}"), span_text(""));
    double began = bench_now(), cpu_began = cpu_now();
    ok = ok && slices_take(scene.node, reader, &usual);
    double seconds = bench_now() - began;
    ok = ok && until_searchable(scene.node);
    if (ok) {
        bench_add(&core, TAKE_PEOPLE / (cpu_now() - cpu_began));
        bench_add(&taken, TAKE_PEOPLE / seconds);
        bench_add(&searchable, (bench_now() - began - seconds) * 1000);
        bench_promise("import_taken_per_s", &taken, "people/s, rows and sync", ">=30000", "");
        bench_promise("import_taken_core_per_s", &core,
                      "people/s of a core's time, file to search files", ">=20000", "");
        bench_promise("import_searchable_ms", &searchable, "ms after the last slice", "<=1000", "");
    }
    own_file_close(&reader);
    if (file != NULL)
        fclose(file);
    scene_close(&scene);
    return ok;
}

bool bench_import(void)
{
    bench_say("import: files of people, %u read, %u taken in\n", PARSE_PEOPLE, TAKE_PEOPLE);
    return reading() && taking();
}
