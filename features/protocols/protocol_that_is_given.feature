@core
Feature: An automatic choice needs the protocol that the service gives
  A service may say in which protocol it wants to be spoken to, such as v1, v2 or grpc-v2. Since v0.9.0 only runtimes
  that list this very protocol are chosen for it, or such that list none.

  @rule-auto-protocol-any-unless-given @rule-auto-protocol-v1-unless-given @since-0.9.0
  Scenario Outline: A runtime that lists the protocol is chosen: <asked> of "<protocols>"
    Given a ClusterServingRuntime "model-server" that speaks "<protocols>"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" over "<asked>"
    Then it runs on ClusterServingRuntime "model-server"

    Examples:
      | asked   | protocols        |
      | v1      | v1               |
      | v2      | v1, v2           |
      | grpc-v1 | v1, grpc-v1      |
      | grpc-v2 | v2, grpc-v2      |
      | grpc-v2 | grpc-v2          |
      | v3      | v3               |

  @rule-auto-protocol-any-unless-given @rule-auto-protocol-v1-unless-given @since-0.9.0
  Scenario Outline: A runtime that does not list the protocol is not chosen: <asked> of "<protocols>"
    Given a ClusterServingRuntime "model-server" that speaks "<protocols>"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" over "<asked>"
    Then it has no runtime because of "NoSupportingRuntime"

    Examples:
      | asked   | protocols   |
      | v1      | v2          |
      | v2      | v1          |
      | v2      | grpc-v2     |
      | grpc-v1 | v1, grpc-v2 |
      | V2      | v2          |
      | v3      | v1, v2      |

  @rule-auto-protocol-any-unless-given @rule-auto-protocol-v1-unless-given @since-0.9.0
  Scenario: Of two runtimes the one that lists the protocol is chosen
    Given these ClusterServingRuntimes
      | name      | format  | version | autoSelect | protocols |
      | v1-server | sklearn | 1       | true       | v1        |
      | v2-server | sklearn | 1       | true       | v2        |
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "v2-server"

  @rule-auto-protocol-any-unless-given @rule-auto-protocol-v1-unless-given @since-0.9.0
  Scenario: Version and protocol must be those of one runtime
    Given these ClusterServingRuntimes
      | name      | format  | version | autoSelect | protocols |
      | v1-server | sklearn | 1       | true       | v1        |
      | v2-server | sklearn | 0       | true       | v2        |
    When a service in namespace "team-a" requests "sklearn" version "1" over "v2"
    Then it has no runtime because of "NoSupportingRuntime"

  @rule-auto-protocol-ignored @until-0.8.0
  Scenario: In v0.8.0 the protocol does not matter
    Given a ClusterServingRuntime "v1-server" that speaks "v1"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" over "v2"
    Then it runs on ClusterServingRuntime "v1-server"
