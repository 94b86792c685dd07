# Writes match_rules.inc from src/match/rules/*.tsv: one C array a script, sorted by first letter, longest first.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
set(MATCH_RULES_DIR ${CMAKE_BINARY_DIR}/generated)
file(GLOB match_rules CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/match/rules/*.tsv)
add_custom_command(
  OUTPUT ${MATCH_RULES_DIR}/match/match_rules.inc
  COMMAND ${CMAKE_COMMAND} -E make_directory ${MATCH_RULES_DIR}/match
  COMMAND ${CMAKE_SOURCE_DIR}/tools/match_rules ${MATCH_RULES_DIR}/match/match_rules.inc ${match_rules}
  DEPENDS ${match_rules} ${CMAKE_SOURCE_DIR}/tools/match_rules VERBATIM)

# Writes one .inc for each of src/match/tables/*.tsv: rows of texts (number plates, telephone plans, account numbers).
set(MATCH_TABLES ibans phones plates)
list(TRANSFORM MATCH_TABLES PREPEND ${CMAKE_SOURCE_DIR}/src/match/tables/ OUTPUT_VARIABLE match_table_files)
list(TRANSFORM match_table_files APPEND .tsv)
list(TRANSFORM MATCH_TABLES PREPEND ${MATCH_RULES_DIR}/match/ OUTPUT_VARIABLE MATCH_TABLE_OUTPUTS)
list(TRANSFORM MATCH_TABLE_OUTPUTS APPEND .inc)
add_custom_command(
  OUTPUT ${MATCH_TABLE_OUTPUTS}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${MATCH_RULES_DIR}/match
  COMMAND ${CMAKE_SOURCE_DIR}/tools/match_tables ${MATCH_RULES_DIR}/match ${match_table_files}
  DEPENDS ${match_table_files} ${CMAKE_SOURCE_DIR}/tools/match_tables VERBATIM)

# What comparing and scoring need, one .inc each: match_words.inc of tables/words.tsv, and so on.
foreach(table words weights calibration)
  add_custom_command(
    OUTPUT ${MATCH_RULES_DIR}/match/match_${table}.inc
    COMMAND ${CMAKE_COMMAND} -E make_directory ${MATCH_RULES_DIR}/match
    COMMAND ${CMAKE_SOURCE_DIR}/tools/match_weights ${table} ${CMAKE_SOURCE_DIR}/src/match/tables/${table}.tsv
            ${MATCH_RULES_DIR}/match/match_${table}.inc
    DEPENDS ${CMAKE_SOURCE_DIR}/src/match/tables/${table}.tsv ${CMAKE_SOURCE_DIR}/tools/match_weights VERBATIM)
  list(APPEND MATCH_TABLE_OUTPUTS ${MATCH_RULES_DIR}/match/match_${table}.inc)
endforeach()

# Writes given.inc from src/match/names/given.tsv: given names that stand for each other.
set(MATCH_GIVEN ${MATCH_RULES_DIR}/match/given.inc)
add_custom_command(
  OUTPUT ${MATCH_GIVEN}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${MATCH_RULES_DIR}/match
  COMMAND ${CMAKE_SOURCE_DIR}/tools/match_given ${MATCH_GIVEN} ${CMAKE_SOURCE_DIR}/src/match/names/given.tsv
  DEPENDS ${CMAKE_SOURCE_DIR}/src/match/names/given.tsv ${CMAKE_SOURCE_DIR}/tools/match_given VERBATIM)
