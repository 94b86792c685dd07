# Writes console_files.inc from console/dist, the console as it was built and committed: no npm is needed for a node.
set(BESA_CONSOLE_DIST ${CMAKE_SOURCE_DIR}/console/dist)
set(BESA_CONSOLE_DIR ${CMAKE_BINARY_DIR}/generated)
file(GLOB console_files CONFIGURE_DEPENDS ${BESA_CONSOLE_DIST}/*)
add_custom_command(
  OUTPUT ${BESA_CONSOLE_DIR}/web/console_files.inc
  COMMAND ${CMAKE_COMMAND} -E make_directory ${BESA_CONSOLE_DIR}/web
  COMMAND ${CMAKE_SOURCE_DIR}/tools/console_files ${BESA_CONSOLE_DIR}/web/console_files.inc ${BESA_CONSOLE_DIST}
  DEPENDS ${console_files} ${CMAKE_SOURCE_DIR}/tools/console_files VERBATIM)
target_sources(besa_web PRIVATE ${BESA_CONSOLE_DIR}/web/console_files.inc)
target_include_directories(besa_web PRIVATE ${BESA_CONSOLE_DIR})
