@rule-explicit-not-found @core
Feature: A name that no runtime has leaves the service without a runtime
  A service that names a runtime is never given another one. If neither its namespace nor the cluster has a runtime
  of exactly that name, the service waits for it.

  Background:
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |

  @claim-d2 @documented
  Scenario: A suitable runtime of another name is not taken instead
    When a service in namespace "team-a" requests "sklearn" with runtime "no-such-server"
    Then it has no runtime because of "RuntimeNotRecognized"

  @claim-d2 @documented
  Scenario: A runtime of that name in another namespace is not found
    Given a ServingRuntime "private-server" in namespace "team-b"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "private-server"
    Then it has no runtime because of "RuntimeNotRecognized"

  @extended
  Scenario Outline: Only the whole name in its own case is that name: "<name>"
    When a service in namespace "team-a" requests "sklearn" with runtime "<name>"
    Then it has no runtime because of "RuntimeNotRecognized"

    Examples:
      | name           |
      | Model-Server   |
      | model          |
      | model-server-2 |

  @extended
  Scenario: An empty name is a name that nothing has, not a wish for an automatic choice
    When a service in namespace "team-a" requests "sklearn" with runtime ""
    Then it has no runtime because of "RuntimeNotRecognized"

  @rule-choice-re-made-at-reconcile
  Scenario: The runtime is used once it is there
    When a service in namespace "team-a" requests "sklearn" with runtime "late-server"
    Then it has no runtime because of "RuntimeNotRecognized"
    When a ClusterServingRuntime "late-server" is applied
      | format  | version | autoSelect |
      | sklearn | 1       | false      |
    And KServe reconciles the service again
    Then it runs on ClusterServingRuntime "late-server"
