@rule-explicit-namespace-first @claim-d2 @documented @core
Feature: A runtime named by a service is looked up in its namespace first, then in the cluster
  A service can name its runtime. KServe looks for a ServingRuntime with that name in the service's namespace and, if
  there is none, for a ClusterServingRuntime. It never looks in other namespaces.

  Background:
    Given a ClusterServingRuntime "model-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |

  Scenario: A namespaced runtime shadows the cluster runtime with the same name
    Given a ServingRuntime "model-server" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it runs on ServingRuntime "model-server" in namespace "team-a"

  Scenario: Without such a runtime in the namespace, the cluster runtime is used
    Given a ServingRuntime "another-server" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it runs on ClusterServingRuntime "model-server"

  Scenario: A runtime with that name in another namespace has no effect
    Given a ServingRuntime "model-server" in namespace "team-b"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it runs on ClusterServingRuntime "model-server"

  Scenario Outline: Services in two namespaces that name the same runtime each get the one of their namespace
    Given a ServingRuntime "model-server" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "model-server" in namespace "team-b"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "<namespace>" requests "sklearn" with runtime "model-server"
    Then it runs on ServingRuntime "model-server" in namespace "<namespace>"

    Examples:
      | namespace |
      | team-a    |
      | team-b    |

  Scenario: The namespaced runtime is used even if it is not a candidate for automatic selection
    Given a ServingRuntime "model-server" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | false      |
    When a service in namespace "team-a" requests "sklearn" with runtime "model-server"
    Then it runs on ServingRuntime "model-server" in namespace "team-a"
