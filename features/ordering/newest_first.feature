@rule-order-newest @extended @since-0.9.0
Feature: If protocols rank equally, the newest runtime is selected
  Since v0.9.0 a runtime that was created later comes before an older one whose protocols rank equally. Creation times
  have a resolution of one second. An update does not make a runtime newer; deleting and recreating it does.

  @claim-d8
  Scenario: The newer cluster runtime is selected, whatever its name
    Given a ClusterServingRuntime "a-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ClusterServingRuntime "b-server" that was created later
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-server"

  @claim-d8
  Scenario: The newer namespaced runtime is selected, whatever its name
    Given a ServingRuntime "a-server" in namespace "team-a"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ServingRuntime "b-server" in namespace "team-a" that was created later
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ServingRuntime "b-server" in namespace "team-a"

  Scenario: A runtime that is updated keeps its age
    Given a ClusterServingRuntime "a-server"
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    And a ClusterServingRuntime "b-server" that was created later
      | format  | version | autoSelect |
      | sklearn | 1       | true       |
    When ClusterServingRuntime "a-server" is patched with
      """
      supportedModelFormats:
        - name: sklearn
          version: "2"
          autoSelect: true
      """
    And a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "b-server"

  Scenario: A runtime that is recreated is the newest
    Given these ClusterServingRuntimes
      | name     | format  | version | autoSelect |
      | b-server | sklearn | 1       | true       |
      | a-server | sklearn | 1       | true       |
    When a service in namespace "team-a" requests "sklearn"
    Then it runs on ClusterServingRuntime "a-server"
    When ClusterServingRuntime "b-server" is deleted and recreated
    And KServe reconciles the service again
    Then it runs on ClusterServingRuntime "b-server"
