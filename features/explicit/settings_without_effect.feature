@core
Feature: Settings for automatic selection have no effect on named runtimes
  Some settings of a runtime control whether, and with which precedence, KServe selects it for services that name no
  runtime. A service that names the runtime gets it regardless.

  @rule-explicit-ignores-auto-select @claim-d4 @documented
  Scenario Outline: A runtime can be named whatever its autoSelect: "<autoSelect>"
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect   |
      | sklearn | 1       | <autoSelect> |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it runs on ClusterServingRuntime "model-server"

    Examples:
      | autoSelect |
      | true       |
      | false      |
      |            |

  @rule-explicit-ignores-auto-select
  Scenario: A version without autoSelect can be requested
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 0       | true       |
      | sklearn | 1       | false      |
    When a service in namespace "team-a" requests "sklearn" version "1" with runtime "model-server"
    Then it runs on ClusterServingRuntime "model-server"

  @rule-explicit-ignores-multi-model @extended
  Scenario: A multi-model runtime can be named
    Given a ClusterServingRuntime "model-server" that is multi-model
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it runs on ClusterServingRuntime "model-server"

  @rule-explicit-ignores-auto-select @documented @since-0.11.1
  Scenario: A runtime with a lower priority can be named
    Given these ClusterServingRuntimes
      | name          | format  | version | autoSelect | priority |
      | low-server    | sklearn | 1       | true       | 1        |
      | high-server   | sklearn | 1       | true       | 9        |
    When a service in namespace "team-a" requests "sklearn" with runtime "low-server"
    Then it runs on ClusterServingRuntime "low-server"

  @rule-explicit-namespace-first @documented
  Scenario: A cluster runtime can be named where the namespace has a suitable one
    Given a ClusterServingRuntime "shared-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "own-server" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "shared-server"
    Then it runs on ClusterServingRuntime "shared-server"
