@rule-explicit-not-found @core
Feature: A service that names a missing runtime has no runtime
  KServe never replaces a named runtime with another one. If neither the namespace nor the cluster has a runtime with
  exactly that name, the service has none until it exists.

  Background:
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |

  @claim-d2 @documented
  Scenario: A suitable runtime with another name is not used instead
    When a service in namespace "team-a" requests "sklearn" with runtime "no-such-server"
    Then it has no runtime because of "RuntimeNotRecognized"

  @claim-d2 @documented
  Scenario: A runtime with that name in another namespace is not used
    Given a ServingRuntime "private-server" in namespace "team-b"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "private-server"
    Then it has no runtime because of "RuntimeNotRecognized"

  @extended
  Scenario Outline: The name must match completely and in case: "<name>"
    When a service in namespace "team-a" requests "sklearn" with runtime "<name>"
    Then it has no runtime because of "RuntimeNotRecognized"

    Examples:
      | name           |
      | Model-Server   |
      | model          |
      | model-server-2 |

  @extended
  Scenario: An empty name matches no runtime and does not request automatic selection
    When a service in namespace "team-a" requests "sklearn" with runtime ""
    Then it has no runtime because of "RuntimeNotRecognized"

  @rule-choice-made-at-each-reconcile
  Scenario: The runtime is used once it exists
    When a service in namespace "team-a" requests "sklearn" with runtime "late-server"
    Then it has no runtime because of "RuntimeNotRecognized"
    When a ClusterServingRuntime "late-server" is applied
      | format  | version | autoSelect |
      | sklearn | 1       | false      |
    And KServe reconciles the service again
    Then it runs on ClusterServingRuntime "late-server"
