/*
 * Options: see cmd/command.h. What a command says goes to stderr; here only what it takes and how it ends.
 */
#include "check.h"

#include "cmd/command.h"

#include <fcntl.h>
#include <sysexits.h>
#include <unistd.h>

/* The program's own table is in main.c, which a library cannot hold. */
const struct command commands[] = {{.name = NULL}};
static const struct command trial = {.name = "trial", .usage = "WORD", .help = "Tries options."};

static struct options options;
static struct word_list words;
static const char *value;
static bool flag;
static struct word_list list;
static int exit_code;

/* stderr and stdout are led away while a command speaks. */
static bool parse_quietly(int argc, char **argv, size_t word_min, size_t word_max)
{
    const struct command_option own[] = {
        {.name = "value", .letter = 'v', .value = &value},
        {.name = "flag", .letter = 'f', .flag = &flag},
        {.name = "list", .letter = 'l', .list = &list},
    };
    int away = open("/dev/null", O_WRONLY);
    int out = dup(STDOUT_FILENO);
    int err = dup(STDERR_FILENO);

    fflush(stdout);
    dup2(away, STDOUT_FILENO);
    dup2(away, STDERR_FILENO);
    bool ok = command_parse(&options, argc, argv, own, ARRAY_COUNT(own), word_min, word_max, &words,
                            &exit_code);
    fflush(stdout);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    close(out);
    close(err);
    close(away);
    return ok;
}

static void begin(void)
{
    options = (struct options){.command = &trial};
    value = NULL;
    flag = false;
    list = (struct word_list){.count = 0};
}

#define ARGUMENTS(...)                                                                             \
    char *argv[] = {(char[]){"trial"}, __VA_ARGS__, NULL};                                         \
    int argc = (int)ARRAY_COUNT(argv) - 1

CHECK_TEST(options_stand_before_between_and_after_words)
{
    ARGUMENTS((char[]){"--officer"}, (char[]){"ana"}, (char[]){"one"}, (char[]){"-v"},
              (char[]){"2"}, (char[]){"two"}, (char[]){"--list=a"}, (char[]){"-lb"},
              (char[]){"--json"}, (char[]){"--flag"});

    begin();
    CHECK(parse_quietly(argc, argv, 2, 2));
    CHECK_INT(words.count, 2);
    CHECK(strcmp(words.words[0], "one") == 0 && strcmp(words.words[1], "two") == 0);
    CHECK(options.officer != NULL && strcmp(options.officer, "ana") == 0);
    CHECK(options.is_json && flag);
    CHECK(value != NULL && strcmp(value, "2") == 0);
    CHECK_INT(list.count, 2);
    CHECK(strcmp(list.words[1], "b") == 0);
}

CHECK_TEST(two_hyphens_end_the_options)
{
    ARGUMENTS((char[]){"--"}, (char[]){"--flag"});

    begin();
    CHECK(parse_quietly(argc, argv, 1, 1));
    CHECK(!flag && strcmp(words.words[0], "--flag") == 0);
}

CHECK_TEST(every_common_option_is_taken)
{
    ARGUMENTS((char[]){"--home=/h"}, (char[]){"--officer=o"}, (char[]){"--reason=r"},
              (char[]){"--case=c"}, (char[]){"--approver=a"});

    begin();
    CHECK(parse_quietly(argc, argv, 0, 0));
    CHECK(strcmp(options.home, "/h") == 0 && strcmp(options.officer, "o") == 0);
    CHECK(strcmp(options.reason, "r") == 0 && strcmp(options.case_number, "c") == 0);
    CHECK(strcmp(options.approver, "a") == 0);
}

CHECK_TEST(a_wrong_command_line_ends_with_64)
{
    static const char *const wrong[][3] = {
        {"--nosuch", NULL, NULL},   {"-x", NULL, NULL}, {"--value", NULL, NULL},
        {"one", "two", NULL},       {NULL, NULL, NULL}, {"one", "--flag=yes", NULL},
        {"one", "--officer", NULL},
    };
    for (size_t i = 0; i < ARRAY_COUNT(wrong); i++) {
        char room[3][32];
        char *argv[5] = {(char[]){"trial"}};
        int argc = 1;
        for (size_t k = 0; k < 3 && wrong[i][k] != NULL; k++) {
            snprintf(room[k], sizeof room[k], "%s", wrong[i][k]);
            argv[argc++] = room[k];
        }
        begin();
        CHECK(!parse_quietly(argc, argv, 1, 1));
        CHECK_INT(exit_code, EX_USAGE);
    }
}

CHECK_TEST(help_ends_with_0)
{
    ARGUMENTS((char[]){"--help"});

    begin();
    CHECK(!parse_quietly(argc, argv, 1, 1));
    CHECK_INT(exit_code, EX_OK);
}

CHECK_TEST(a_list_has_an_end)
{
    char room[WORD_COUNT_MAX + 1][8];
    char *argv[WORD_COUNT_MAX + 3] = {(char[]){"trial"}};
    int argc = 1;

    for (size_t i = 0; i <= WORD_COUNT_MAX; i++) {
        snprintf(room[i], sizeof room[i], "-lx");
        argv[argc++] = room[i];
    }
    begin();
    CHECK(!parse_quietly(argc, argv, 0, 0));
    CHECK_INT(exit_code, EX_USAGE);
    CHECK_INT(list.count, WORD_COUNT_MAX);
    begin();
    CHECK(parse_quietly(argc - 1, argv, 0, 0));
}

CHECK_TEST(common_options_stand_before_the_command_too)
{
    char *argv[] = {(char[]){"besa"},
                    (char[]){"--home"},
                    (char[]){"/h"},
                    (char[]){"--json"},
                    (char[]){"trial"},
                    (char[]){"--flag"},
                    NULL};

    begin();
    CHECK_INT(command_parse_common(&options, 6, argv, &exit_code), 4);
    CHECK(strcmp(options.home, "/h") == 0 && options.is_json);
}

CHECK_TEST(numbers_keep_their_bounds)
{
    struct error err = {0};
    uint64_t number = 0;

    CHECK(command_number("limit", NULL, 1, 9, 5, &number, &err) && number == 5);
    CHECK(command_number("limit", "9", 1, 9, 5, &number, &err) && number == 9);
    CHECK(!command_number("limit", "10", 1, 9, 5, &number, &err));
    CHECK_ERROR(err, ERROR_INPUT, "--limit: a number of 1 to 9");
    CHECK(!command_number("limit", "-1", 1, 9, 5, &number, &err));
    CHECK(!command_number("limit", "1 ", 1, 9, 5, &number, &err));
    CHECK(!command_number("limit", "", 1, 9, 5, &number, &err));
}

int main(void)
{
    CHECK_RUN(options_stand_before_between_and_after_words);
    CHECK_RUN(two_hyphens_end_the_options);
    CHECK_RUN(every_common_option_is_taken);
    CHECK_RUN(a_wrong_command_line_ends_with_64);
    CHECK_RUN(help_ends_with_0);
    CHECK_RUN(a_list_has_an_end);
    CHECK_RUN(common_options_stand_before_the_command_too);
    CHECK_RUN(numbers_keep_their_bounds);
    return check_end();
}
