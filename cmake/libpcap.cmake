# peerspec_pcap: libpcap, as an archive without its D-Bus part where that links (harness/wire/no_dbus.c
# says why), else as the system has it.
option(PEERSPEC_SHARED_PCAP "Link the system's shared libpcap" OFF)
add_library(peerspec_pcap INTERFACE)
find_library(PCAP_ARCHIVE libpcap.a HINTS ${PCAP_LIBRARY_DIRS})
if(PCAP_ARCHIVE AND NOT PEERSPEC_SHARED_PCAP)
  file(WRITE ${CMAKE_BINARY_DIR}/pcap_links.c
       "#include <pcap.h>\nint main(void) { char why[PCAP_ERRBUF_SIZE]; pcap_if_t *all;\n"
       "pcap_create(\"lo\", why); return pcap_findalldevs(&all, why) + !pcap_open_offline(\"x\", why); }\n")
  try_compile(PCAP_ARCHIVE_LINKS ${CMAKE_BINARY_DIR}/pcap_links
              SOURCES ${CMAKE_BINARY_DIR}/pcap_links.c ${PROJECT_SOURCE_DIR}/harness/wire/no_dbus.c
              CMAKE_FLAGS -DINCLUDE_DIRECTORIES=${PCAP_INCLUDE_DIRS}
              COMPILE_DEFINITIONS -D_DEFAULT_SOURCE
              LINK_LIBRARIES ${PCAP_ARCHIVE})
endif()
if(PCAP_ARCHIVE_LINKS)
  # As an object, so that it is there before the archive is searched.
  add_library(peerspec_no_dbus OBJECT ${PROJECT_SOURCE_DIR}/harness/wire/no_dbus.c)
  target_link_libraries(peerspec_no_dbus PRIVATE peerspec_flags)
  target_sources(peerspec_pcap INTERFACE $<TARGET_OBJECTS:peerspec_no_dbus>)
  target_link_libraries(peerspec_pcap INTERFACE ${PCAP_ARCHIVE})
  target_include_directories(peerspec_pcap SYSTEM INTERFACE ${PCAP_INCLUDE_DIRS})
else()
  target_link_libraries(peerspec_pcap INTERFACE PkgConfig::PCAP)
endif()
