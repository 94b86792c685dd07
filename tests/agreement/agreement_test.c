/*
 * The agreement document: its reader against cut, changed, doubled and overlong documents, the rules over several fields,
 * and the published schema and page against the tables. `BESA_WRITE_DOCS=1` writes the two published files anew.
 * covers: clause default form schema
 */
#include "agreement/agreement.h"
#include "base/attributes.h"
#include "base/env.h"
#include "check.h"
#include "message/form.h"
#include "support/scene.h"

static struct scene scene;
static struct problems problems;

/* The canonical bytes of the scene's agreement. */
static struct buffer document_make(void)
{
    struct buffer document = buffer_make(AGREEMENT_SIZE_MAX);
    struct error err = {.kind = ERROR_NONE};
    if (!agreement_write(&scene.agreement, &document, &err)) {
        fprintf(stderr, "%s\n", err.text);
        abort();
    }
    return document;
}

static bool reads(struct span document)
{
    struct arena arena CLEANUP(arena_free) = arena_make(AGREEMENT_ARENA_SIZE);
    struct agreement agreement;
    problems_clear(&problems);
    bool ok = agreement_read(document, &arena, &agreement, &problems);
    CHECK(ok == (problems.total == 0));
    return ok;
}

/* Reads and writes again; false when it is refused. */
static bool respell(struct span document, struct buffer *out)
{
    struct arena arena CLEANUP(arena_free) = arena_make(AGREEMENT_ARENA_SIZE);
    struct agreement agreement;
    struct error err = {.kind = ERROR_NONE};
    problems_clear(&problems);
    buffer_clear(out);
    return agreement_read(document, &arena, &agreement, &problems) &&
           agreement_write(&agreement, out, &err);
}

CHECK_TEST(a_draft_is_read_back_as_it_was_written)
{
    scene_make(&scene);
    struct buffer document CLEANUP(buffer_free) = document_make();
    struct buffer again CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);

    CHECK(respell(buffer_span(&document), &again));
    CHECK(span_equal(buffer_span(&document), buffer_span(&again)));
    CHECK(document.size < 20000);
    scene_free(&scene);
}

CHECK_TEST(a_draft_says_what_is_to_be_confirmed)
{
    scene_make(&scene);
    CHECK(scene.agreement.is_training);
    CHECK_SPAN(scene.agreement.id, "ro-al");
    CHECK_INT(scene.basis.in_force_from_ms, 0);
    CHECK(agreement_basis_in_force(&scene.agreement, SCENE_NOW_MS) == NULL);
    size_t count = 0;
    for (size_t i = 0; i < scene.agreement.note_count; i++)
        if (span_starts_with(scene.agreement.notes[i].text,
                             "To confirm: Law 363/2018 / Law 124/2024"))
            count++;
    CHECK(count >= 3);
    CHECK_INT(scene.parties[0].source_systems, SCENE_BIT(SOURCE_NATIONAL));
    CHECK_INT(scene.agreement.classification_ceiling, CLASSIFICATION_UNCLASSIFIED);
    CHECK_INT(scene.agreement.clock_bound_s, 30);
    scene_free(&scene);
}

CHECK_TEST(a_cut_document_is_refused_at_every_byte)
{
    scene_make(&scene);
    struct buffer document CLEANUP(buffer_free) = document_make();

    for (size_t size = 0; size < document.size; size++)
        CHECK(!reads(span_part(buffer_span(&document), 0, size)));
    scene_free(&scene);
}

CHECK_TEST(one_byte_changed_is_refused_or_another_agreement)
{
    scene_make(&scene);
    struct buffer document CLEANUP(buffer_free) = document_make();
    struct buffer changed CLEANUP(buffer_free) = document_make();
    struct buffer again CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX);
    size_t refused = 0;

    for (size_t i = 0; i < document.size; i++) {
        changed.data[i] ^= 1;
        if (respell(buffer_span(&changed), &again))
            CHECK(!span_equal(buffer_span(&document), buffer_span(&again)));
        else
            refused++;
        changed.data[i] ^= 1;
    }
    CHECK(refused > document.size / 2);
    scene_free(&scene);
}

CHECK_TEST(a_document_too_long_is_refused)
{
    scene_make(&scene);
    struct buffer document CLEANUP(buffer_free) = document_make();
    struct buffer longer CLEANUP(buffer_free) = buffer_make(AGREEMENT_SIZE_MAX + 1);

    buffer_add(&longer, buffer_span(&document));
    while (longer.size < AGREEMENT_SIZE_MAX)
        buffer_byte(&longer, ' ');
    CHECK(reads(buffer_span(&longer)));
    buffer_byte(&longer, ' ');
    CHECK(!reads(buffer_span(&longer)));
    CHECK_INT(problems.list[0].kind, ERROR_LIMIT);
    scene_free(&scene);
}

/* The document with `from`, which must stand in it, replaced once by `to`. */
static struct buffer document_with(const char *from, const char *to)
{
    struct buffer document CLEANUP(buffer_free) = document_make();
    struct buffer out = buffer_make(AGREEMENT_SIZE_MAX);
    buffer_byte(&document, 0);
    const char *text = (const char *)document.data;
    const char *at = strstr(text, from);
    CHECK(at != NULL);
    if (at == NULL)
        return out;
    buffer_add(&out, span_make(text, (size_t)(at - text)));
    buffer_text(&out, to);
    buffer_text(&out, at + strlen(from));
    return out;
}

CHECK_TEST(a_doubled_unknown_missing_or_wrong_field_is_refused)
{
    static const struct {
        const char *from, *to, *path, *text;
    } cases[] = {
        {"\"version\":1,", "\"version\":1,\"version\":2,", "", "twice"},
        {"\"state\":\"Romania\",", "\"state\":\"Romania\",\"state\":\"Romania\",", "", "twice"},
        {"\"version\":1,", "\"version\":1,\"teams\":[],", "", "unknown field"},
        {"\"state\":\"Romania\",", "", "parties[0].state", "is missing"},
        {"\"version\":1,", "\"version\":\"1\",", "version", "integer"},
        {"\"version\":1,", "\"version\":0,", "version", "0"},
        {"besa-agreement/1", "besa-agreement/2", "format", "none of the values"},
        {"every body that", "any body that", "custody_statement", "none of the values"},
        {"\"id\":\"ro-al\"", "\"id\":\"RO-AL\"", "id", "must be"},
        {"\"count\":\"elapsed\"", "\"count\":\"working\"", "deadlines.count", "none of"},
        {"\"offence\":\"arson\"", "\"offence\":\"defamation\"", "offences[24].offence",
         "none of the values"},
        {"\"category\":\"suspect\",\"fields\":[\"names\",",
         "\"category\":\"suspect\",\"fields\":[\"religion\",", "categories[0].fields",
         "none of the values"},
        {"\"languages\":[\"ro\"", "\"languages\":[\"Romanian\"", "parties[0].languages", "bytes"},
    };
    scene_make(&scene);
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        struct buffer document CLEANUP(buffer_free) = document_with(cases[i].from, cases[i].to);
        CHECK(!reads(buffer_span(&document)));
        if (strcmp(problems.list[0].path, cases[i].path) != 0 ||
            strstr(problems.list[0].text, cases[i].text) == NULL) {
            printf("case %zu: found '%s' '%s'\n", i, problems.list[0].path, problems.list[0].text);
            check_failures++;
        }
    }
    scene_free(&scene);
}

CHECK_TEST(the_purpose_of_return_has_no_code)
{
    static const char *const purposes[] = {"return", "readmission", "visa",
                                           "asylum", "citizenship", "migration_control"};
    scene_make(&scene);
    for (size_t i = 0; i < ARRAY_COUNT(purposes); i++) {
        char to[64];
        snprintf(to, sizeof to, "\"purposes\":[\"%s\",", purposes[i]);
        struct buffer document CLEANUP(buffer_free) = document_with("\"purposes\":[", to);
        CHECK(!reads(buffer_span(&document)));
        CHECK(strcmp(problems.list[0].path, "purposes") == 0);
    }
    scene_free(&scene);
}

/* --- rules over several fields --- */

static struct agreement_offence offence;
static struct agreement_category categories[2];
static struct agreement_retention retention[2];
static struct agreement_note note;
static const struct span sq = {(const uint8_t *)"sq", 2};

static void one_party(void)
{
    scene.agreement.party_count = 1;
}
static void parties_share_a_name(void)
{
    scene.parties[1].party = scene.parties[0].party;
}
static void key_serves_twice(void)
{
    memcpy(scene.parties[0].witness_key, scene.parties[0].custody_key, SIGNATURE_PUBLIC_SIZE);
}
static void key_serves_both_parties(void)
{
    memcpy(scene.parties[1].log_key, scene.parties[0].custody_key, SIGNATURE_PUBLIC_SIZE);
}
static void sealing_key_serves_both(void)
{
    memcpy(scene.parties[1].sealing_key, scene.parties[0].sealing_key, AGREE_PUBLIC_SIZE);
}
static void certificate_serves_both(void)
{
    scene.parties[1].certificate_pem = scene.parties[0].certificate_pem;
}
static void next_certificate_is_none(void)
{
    scene.parties[0].next_certificate_pem = span_text("-----BEGIN NOTHING-----");
}
static void next_certificate_is_the_present_one(void)
{
    scene.parties[0].next_certificate_pem = scene.parties[0].certificate_pem;
}
static void member_state_without_english(void)
{
    scene.parties[0].languages = &sq;
    scene.parties[0].language_count = 1;
}
static void member_state_opens_etias(void)
{
    scene.parties[0].source_systems |= SCENE_BIT(SOURCE_ETIAS);
}
static void member_state_opens_sis(void)
{
    scene.parties[0].source_systems |= SCENE_BIT(SOURCE_SIS);
}
static void member_state_opens_eurodac(void)
{
    scene.parties[0].source_systems |= SCENE_BIT(SOURCE_EURODAC);
}
static void no_transfer_ground(void)
{
    scene.agreement.transfer_grounds = 0;
}
static void real_without_basis(void)
{
    scene.agreement.is_training = false;
    scene.agreement.legal_basis_count = 0;
}
static void basis_ends_early(void)
{
    scene.basis.in_force_from_ms = SCENE_NOW_MS;
    scene.basis.in_force_to_ms = SCENE_NOW_MS;
}
static void basis_names_a_stranger(void)
{
    scene.codes[0] = span_text("tax-office");
    scene.basis.authorities = scene.codes;
    scene.basis.authority_count = 1;
}
static void offence_is_too_small(void)
{
    offence = (struct agreement_offence){OFFENCE_ARSON, 2};
    scene.agreement.offences = &offence;
    scene.agreement.offence_count = 1;
}
static void category_stands_twice(void)
{
    categories[0] = categories[1] =
        (struct agreement_category){PERSON_SUSPECT, SCENE_BIT(PERSON_FIELD_NAMES)};
    scene.agreement.categories = categories;
    scene.agreement.category_count = 2;
}
static void victim_is_widened(void)
{
    categories[0] = (struct agreement_category){PERSON_VICTIM, SCENE_BIT(PERSON_FIELD_PHONES)};
    scene.agreement.categories = categories;
    scene.agreement.category_count = 1;
}
static void category_lacks_retention(void)
{
    scene.agreement.retention_count = 1;
}
static void retention_stands_twice(void)
{
    retention[0] = retention[1] = (struct agreement_retention){PERSON_SUSPECT, 100, 50};
    scene.agreement.retention = retention;
    scene.agreement.retention_count = 2;
    category_stands_twice();
    scene.agreement.category_count = 1;
}
static void review_after_erasure(void)
{
    retention_stands_twice();
    retention[0].review_days = 101;
    scene.agreement.retention_count = 1;
}
static void ends_before_it_begins(void)
{
    scene.agreement.valid_to_ms = scene.agreement.valid_from_ms;
}
static void deadlines_fall(void)
{
    scene.agreement.deadlines.urgent_direct_hours = 73;
}
static void note_on_no_clause(void)
{
    note = (struct agreement_note){span_text("99.9"), span_text("x")};
    scene.agreement.notes = &note;
    scene.agreement.note_count = 1;
}

//= dir-2023-977 art 11
//= reg-2018-1240 art 65
CHECK_TEST(rules_over_several_fields_are_kept)
{
    static const struct {
        void (*change)(void);
        const char *path, *text;
    } cases[] = {
        {one_party, "parties", "two"},
        {parties_share_a_name, "parties", "two names"},
        {key_serves_twice, "parties", "no key serves two purposes"},
        {key_serves_both_parties, "parties", "no key serves two purposes"},
        {sealing_key_serves_both, "parties", "sealing key"},
        {certificate_serves_both, "parties", "same certificate"},
        {next_certificate_is_none, "parties[0].next_certificate", ""},
        {next_certificate_is_the_present_one, "parties[0].next_certificate", "the present one"},
        {member_state_without_english, "parties[0].languages", "English"},
        {member_state_opens_etias, "parties[0].source_systems", "'etias' never goes"},
        {member_state_opens_sis, "parties[0].source_systems", "'sis' never goes"},
        {member_state_opens_eurodac, "parties[0].source_systems", "'eurodac' never goes"},
        {no_transfer_ground, "transfer_grounds", "at least one"},
        {real_without_basis, "legal_bases", "training"},
        {basis_ends_early, "legal_bases[0]", "ends before it begins"},
        {basis_names_a_stranger, "legal_bases[0]", "'tax-office' is none"},
        {offence_is_too_small, "offences[0]", "2 years; at least 3"},
        {category_stands_twice, "categories[1]", "'suspect' stands twice"},
        {victim_is_widened, "categories[0]", "may allow 'phones' about 'victim'"},
        {category_lacks_retention, "categories[1]", "no row in retention"},
        {retention_stands_twice, "retention[1]", "'suspect' stands twice"},
        {review_after_erasure, "retention[0]", "reviewed after"},
        {ends_before_it_begins, "valid_to", "not after"},
        {deadlines_fall, "deadlines", "must rise"},
        {note_on_no_clause, "notes[0].clause", "no clause"},
    };
    for (size_t i = 0; i < ARRAY_COUNT(cases); i++) {
        scene_make(&scene);
        problems_clear(&problems);
        CHECK(agreement_check(&scene.agreement, &problems));
        cases[i].change();
        CHECK(!agreement_check(&scene.agreement, &problems));
        if (strcmp(problems.list[0].path, cases[i].path) != 0 ||
            strstr(problems.list[0].text, cases[i].text) == NULL) {
            printf("case %zu: found '%s' '%s'\n", i, problems.list[0].path, problems.list[0].text);
            check_failures++;
        }
        scene_free(&scene);
    }
}

CHECK_TEST(member_states_among_themselves_are_not_bound_by_chapter_v)
{
    scene_make(&scene);
    scene.parties[1].status = PARTY_EU_MEMBER;
    member_state_opens_sis();
    no_transfer_ground();
    problems_clear(&problems);
    CHECK(agreement_check(&scene.agreement, &problems));
    scene_free(&scene);
}

CHECK_TEST(the_defaults_stay_under_the_ceilings)
{
    scene_make(&scene);
    for (size_t i = 0; i < PERSON_CATEGORY_COUNT; i++) {
        enum person_category category = (enum person_category)i;
        uint64_t fields = agreement_person_fields(&scene.agreement, category);
        CHECK_INT(fields & ~person_category_fields_max(category), 0);
        CHECK((fields != 0) == (agreement_erase_after_ms(&scene.agreement, category) != 0));
        CHECK(agreement_review_after_ms(&scene.agreement, category) <=
              agreement_erase_after_ms(&scene.agreement, category));
    }
    CHECK(agreement_person_fields(&scene.agreement, PERSON_VICTIM) ==
          agreement_person_fields(&scene.agreement, PERSON_SMUGGLED_MIGRANT));
    CHECK(person_category_is_protected(PERSON_WITNESS));
    CHECK(!person_category_is_protected(PERSON_SUSPECT));
    scene_free(&scene);
}

CHECK_TEST(parties_are_found_by_name)
{
    scene_make(&scene);
    CHECK(agreement_party_find(&scene.agreement, span_text("al")) == &scene.parties[1]);
    CHECK(agreement_party_find(&scene.agreement, span_text("gr")) == NULL);
    CHECK(agreement_partner(&scene.agreement, span_text("al")) == &scene.parties[0]);
    CHECK(agreement_partner(&scene.agreement, span_text("ro")) == &scene.parties[1]);
    CHECK(agreement_partner(&scene.agreement, span_text("gr")) == NULL);
    CHECK(agreement_leaves_union(&scene.parties[0], &scene.parties[1]));
    CHECK(!agreement_leaves_union(&scene.parties[1], &scene.parties[0]));
    scene_free(&scene);
}

CHECK_TEST(a_draft_that_does_not_fit_is_refused)
{
    struct agreement_party parties[2];
    struct agreement_authority authorities[2];
    struct agreement agreement;

    scene_parties(parties, authorities);
    struct agreement_draft draft = {.valid_to_ms = 1, .parties = {&parties[0], &parties[1]}};
    for (size_t limit = 0; limit < 4096; limit += 256) {
        struct arena arena CLEANUP(arena_free) = arena_make(limit);
        struct error err = {.kind = ERROR_NONE};
        if (!agreement_default(&draft, &arena, &agreement, &err))
            CHECK_INT(err.kind, ERROR_LIMIT);
        else
            CHECK(limit > 1024);
    }
    struct arena arena CLEANUP(arena_free) = arena_make(512);
    struct error err = {.kind = ERROR_NONE};
    CHECK(!agreement_default(&draft, &arena, &agreement, &err));
}

/* --- what is published --- */

static void published_check(const char *path, struct span wanted)
{
    struct buffer found CLEANUP(buffer_free) = buffer_make(1024 * 1024);
    struct error err = {.kind = ERROR_NONE};

    if (getenv("BESA_WRITE_DOCS") != NULL) {
        FILE *file = fopen(path, "wb");
        CHECK_OR_RETURN(file != NULL);
        CHECK_INT(fwrite(wanted.data, 1, wanted.size, file), wanted.size);
        CHECK_INT(fclose(file), 0);
    }
    CHECK_OK(env_read_file(env_real(), path, found.limit, &found, &err), err);
    if (!span_equal(buffer_span(&found), wanted)) {
        printf("%s differs from the tables: run this test with BESA_WRITE_DOCS=1\n", path);
        check_failures++;
    }
}

CHECK_TEST(the_published_schema_is_that_of_the_reader)
{
    struct buffer schema CLEANUP(buffer_free) = buffer_make(512 * 1024);
    struct error err = {.kind = ERROR_NONE};
    struct json *json CLEANUP(json_free) = NULL;

    CHECK_OK(agreement_schema_write(&schema, &err), err);
    CHECK_OK(json_parse(buffer_span(&schema), &json, &err), err);
    published_check(BESA_SOURCE_DIR "/docs/agreement.schema.json", buffer_span(&schema));
}

CHECK_TEST(the_published_page_is_that_of_the_tables)
{
    struct buffer page CLEANUP(buffer_free) = buffer_make(512 * 1024);

    agreement_document(&page);
    CHECK(!page.failed);
    published_check(BESA_SOURCE_DIR "/docs/agreement.md", buffer_span(&page));
}

/* Every field of every form stands in the schema with a description and a value that is not open. */
CHECK_TEST(no_field_of_the_schema_is_open)
{
    struct buffer schema CLEANUP(buffer_free) = buffer_make(512 * 1024);
    struct error err = {.kind = ERROR_NONE};

    CHECK_OK(agreement_schema_write(&schema, &err), err);
    buffer_byte(&schema, 0);
    const char *at = strstr((const char *)schema.data, "\"properties\"");
    size_t count = 0;
    for (; at != NULL; at = strstr(at + 1, "\"description\": ")) {
        const char *end = strchr(at, '\n');
        CHECK_OR_RETURN(end != NULL);
        CHECK(end[-1] == ',' || end[-1] == '{');
        count++;
    }
    CHECK(count > agreement_form.count);
}

CHECK_TEST(each_clause_is_found_by_its_number)
{
    enum clause found;
    for (size_t i = 0; i < CLAUSE_COUNT; i++) {
        CHECK(clause_find(span_text(agreement_clauses[i].number), &found));
        CHECK_INT(found, i);
    }
    CHECK(!clause_find(span_text("4"), &found));
    CHECK(!clause_find(span_text(""), &found));
}

int main(void)
{
    CHECK_RUN(a_draft_is_read_back_as_it_was_written);
    CHECK_RUN(a_draft_says_what_is_to_be_confirmed);
    CHECK_RUN(a_cut_document_is_refused_at_every_byte);
    CHECK_RUN(one_byte_changed_is_refused_or_another_agreement);
    CHECK_RUN(a_document_too_long_is_refused);
    CHECK_RUN(a_doubled_unknown_missing_or_wrong_field_is_refused);
    CHECK_RUN(the_purpose_of_return_has_no_code);
    CHECK_RUN(rules_over_several_fields_are_kept);
    CHECK_RUN(member_states_among_themselves_are_not_bound_by_chapter_v);
    CHECK_RUN(the_defaults_stay_under_the_ceilings);
    CHECK_RUN(parties_are_found_by_name);
    CHECK_RUN(a_draft_that_does_not_fit_is_refused);
    CHECK_RUN(the_published_schema_is_that_of_the_reader);
    CHECK_RUN(the_published_page_is_that_of_the_tables);
    CHECK_RUN(no_field_of_the_schema_is_open);
    CHECK_RUN(each_clause_is_found_by_its_number);
    return check_end();
}
